//! What is tried, step by step: the stimuli.

use crate::lab::Words;

/// A step of the tutorial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Create the app.
    Create,
    /// Bring in the libraries.
    Libraries,
    /// Log in.
    LogIn,
    /// Authorize, and call a service.
    Authorize,
    /// Log out.
    LogOut,
    /// Test it: what must fail.
    Test,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [Self::Create, Self::Libraries, Self::LogIn, Self::Authorize, Self::LogOut, Self::Test];

    /// Its number in the tutorial.
    pub const fn number(self) -> u8 {
        match self {
            Self::Create => 1,
            Self::Libraries => 2,
            Self::LogIn => 3,
            Self::Authorize => 4,
            Self::LogOut => 5,
            Self::Test => 6,
        }
    }

    /// The step of that number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.number() == number)
    }

    /// Its name.
    pub const fn name(self) -> Words {
        match self {
            Self::Create => Words { en: "Create the app", zh: "创建应用" },
            Self::Libraries => Words { en: "Bring in the libraries", zh: "引入库" },
            Self::LogIn => Words { en: "Log in", zh: "登录" },
            Self::Authorize => Words { en: "Authorize, and call a service", zh: "授权并调用服务" },
            Self::LogOut => Words { en: "Log out", zh: "退出登录" },
            Self::Test => Words { en: "Test it: what must fail", zh: "测试：必须失败的情形" },
        }
    }

    /// What to do to get there.
    pub const fn task(self) -> Words {
        match self {
            Self::Create => Words {
                en: "Start the app, with a home page and the file /doorward-learn.json that holds client_id and home.",
                zh: "启动应用：要有首页，以及含有 client_id 和 home 的 /doorward-learn.json。",
            },
            Self::Libraries => Words {
                en: "Let the client library find Doorward by its issuer, and show the authorization endpoint that it found on the home page.",
                zh: "让客户端库凭签发者地址找到 Doorward，并把找到的授权端点显示在首页上。",
            },
            Self::LogIn => Words {
                en: "Build login, callback and account, and add their paths to /doorward-learn.json: login, callback, account.",
                zh: "实现登录、回调和账户页面，并把它们的路径加入 /doorward-learn.json：login、callback、account。",
            },
            Self::Authorize => Words {
                en: "Ask for photos:read, show the photos with the access token, and add the page as photos to /doorward-learn.json.",
                zh: "申请 photos:read，用访问令牌取来照片并显示，再把该页面以 photos 加入 /doorward-learn.json。",
            },
            Self::LogOut => Words {
                en: "Put a form that posts to your logout on the home page, end both sessions, and add its path as logout to /doorward-learn.json.",
                zh: "在首页放一个以 POST 提交的退出表单，结束两边的会话，再把它的路径以 logout 加入 /doorward-learn.json。",
            },
            Self::Test => Words {
                en: "Run the whole check: it now attacks the app, and every attack must fail.",
                zh: "运行完整检查：这一步会攻击你的应用，每一次攻击都必须失败。",
            },
        }
    }
}

macro_rules! trials {
    ($($step:ident { $($trial:ident $key:literal $en:literal / $zh:literal;)+ })+) => {
        /// One thing that is tried, and what must come of it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Trial {
            $($(#[doc = concat!("The trial `", $key, "`.")] $trial,)+)+
        }

        impl Trial {
            /// All of them, in the order in which they are tried.
            pub const ALL: &'static [Self] = &[$($(Self::$trial,)+)+];

            /// Those of a step; that of the lab only where an app is pointed there.
            pub fn of(step: Step, pointed: bool) -> impl Iterator<Item = Self> {
                Self::ALL.iter().copied().filter(move |trial| trial.step() == step && (pointed || *trial != Self::Lab))
            }

            /// The step it belongs to.
            pub const fn step(self) -> Step {
                match self { $($(Self::$trial)|+ => Step::$step,)+ }
            }

            /// Its name in a page.
            pub const fn key(self) -> &'static str {
                match self { $($(Self::$trial => $key,)+)+ }
            }

            /// What is done.
            pub const fn words(self) -> Words {
                match self { $($(Self::$trial => Words { en: $en, zh: $zh },)+)+ }
            }
        }
    };
}

trials! {
    Create {
        Manifest "manifest" "Read /doorward-learn.json at the origin that is registered" / "读取所登记的源下的 /doorward-learn.json";
        ClientId "client-id" "Compare client_id in /doorward-learn.json with the one that is registered" / "将 /doorward-learn.json 中的 client_id 与登记的客户端 ID 比对";
        Home "home" "Open the home page" / "打开首页";
    }
    Libraries {
        Found "found" "Look whether the app has found Doorward: the authorization endpoint stands on the home page, or there is a login already" / "查看应用是否找到了 Doorward：首页上写着授权端点，或已有登录功能";
    }
    LogIn {
        Stranger "stranger" "Open the account page without having logged in" / "未登录时打开账户页面";
        Leave "leave" "Open the login: it leads to Doorward with everything that belongs into the request" / "打开登录地址：应跳转到 Doorward，并带齐请求应有的各项参数";
        Again "again" "Open the login twice: what must be random is new each time" / "打开登录地址两次：应当随机的值每次都必须是新的";
        LogIn "log-in" "Log in at Doorward as checker, allow, and come back to the callback" / "以 checker 的身份在 Doorward 登录并允许，然后返回回调地址";
        Account "account" "Open the account page: it shows who is logged in" / "打开账户页面：应显示登录的是谁";
        OtherBrowser "other-browser" "Open the account page in another browser" / "在另一个浏览器中打开账户页面";
        Cookie "cookie" "Look at the cookie that holds the session" / "查看保存会话的 cookie";
    }
    Authorize {
        Scope "scope" "Look at what the login asks for" / "查看登录请求申请了什么";
        Photos "photos" "Open the photos page, which calls the photo service" / "打开照片页面，由它调用照片服务";
    }
    LogOut {
        LogoutLink "logout-link" "Let another site's link lead to the logout" / "让别的网站用链接指向退出地址";
        LogoutForm "logout-form" "Send the logout form of the home page" / "提交首页上的退出表单";
        LogoutServer "logout-server" "Follow it to Doorward and back" / "随之前往 Doorward 并返回";
    }
    Test {
        OtherState "other-state" "Come back with another state" / "带着另一个 state 返回";
        NoState "no-state" "Come back without a state" / "返回时不带 state";
        Foreign "foreign" "Open the finished answer of one browser in another" / "把一个浏览器里得到的应答拿到另一个浏览器打开";
        OtherIss "other-iss" "Come back with the iss of another server" / "带着另一台服务器的 iss 返回";
        NoIss "no-iss" "Come back without iss, which Doorward always sends" / "返回时不带 iss（Doorward 总会发送它）";
        Denied "denied" "Come back with error=access_denied" / "带着 error=access_denied 返回";
        ErrorText "error-text" "Come back with an error whose description holds HTML" / "返回一个描述中含有 HTML 的错误";
        Replay "replay" "Open the same callback address a second time" / "再次打开同一个回调地址";
        Nonce "nonce" "Change the nonce of the request on its way to Doorward" / "在请求前往 Doorward 的途中改掉 nonce";
        Fixation "fixation" "Plant a cookie before the login, and use it after" / "登录前植入 cookie，登录后再用它";
        LoginLink "login-link" "Let another site's link lead to the login of somebody who is logged in" / "让别的网站用链接把已登录的人引到登录地址";
        ReturnPath "return-path" "Ask the login to go on to another site afterwards" / "要求登录之后转到别的网站";
        Lab "lab" "Log in at an issuer of the lab that makes a mistake" / "在实验室里某个会犯错的签发者那里登录";
    }
}
