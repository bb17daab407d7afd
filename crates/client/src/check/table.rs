//! The table: each check with its name, where it is written, what its failing means and what to do about it, in both languages.

/// One row a check: name, source, then what and remedy in English and in Chinese.
macro_rules! checks {
    ($($name:ident $code:literal $source:literal
        $what:literal $remedy:literal
        $chinese_what:literal $chinese_remedy:literal;)+) => {
        /// Which check failed. Its [`code`](Self::code) is for logs, tests and support; it stays what it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Check { $(#[doc = concat!($what, " (`", $code, "`, ", $source, ")")] $name,)+ }

        impl Check {
            /// Every check.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name, as it stands on pages and in logs.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Where it is written.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$name => $source,)+ }
            }

            /// What its failing means.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $what,)+ }
            }

            /// What the app's author does about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)+ }
            }

            /// The [sentence](Self::sentence) in Simplified Chinese.
            pub const fn sentence_in_chinese(self) -> &'static str {
                match self { $(Self::$name => $chinese_what,)+ }
            }

            /// The [remedy](Self::remedy) in Simplified Chinese.
            pub const fn remedy_in_chinese(self) -> &'static str {
                match self { $(Self::$name => $chinese_remedy,)+ }
            }
        }
    };
}

checks! {
    // What the browser brought back
    AnswerForm "answer_form" "RFC 6749 §4.1.2, §3.1"
        "What the browser brought back is no answer to a login: it is malformed, repeats a parameter, or lacks state or code."
        "Open the login page, not the callback's address. If the provider really answers so, it is at fault."
        "浏览器带回来的内容不是登录的答复：格式不对、参数重复，或者缺少 state 或 code。"
        "请从登录页开始，不要直接打开回调地址。如果服务器确实这样答复，那是服务器的问题。";
    State "state" "RFC 6749 §10.12"
        "The state belongs to no login that this browser began, or that login was finished already."
        "Begin and end the login in one browser under one host name: localhost and 127.0.0.1 do not share cookies. Check that the key for cookies is the same on all servers of the app and survives a restart."
        "这个 state 不属于这个浏览器发起的任何一次登录，或者那次登录已经完成。"
        "请在同一个浏览器、同一个主机名下开始并完成登录：localhost 和 127.0.0.1 不共享 Cookie。还要确认应用的所有服务器使用同一个 Cookie 密钥，并且重启后不变。";
    LoginAge "login_age" "RFC 9700 §4.7"
        "The login was begun more than an hour ago."
        "Begin anew. If that comes at once, the app's clock was set back or forward meanwhile."
        "这次登录是一个多小时以前开始的。"
        "请重新开始。如果立刻又出现，说明应用的时钟在此期间被调整过。";
    AnswerIssuer "answer_iss" "RFC 9207 §2.4"
        "The answer names another issuer than the one that was asked, or names none although the provider announces that it does."
        "Compare the parameter iss in the callback's address with the issuer the app is given: they must be the same text. If they differ in more than spelling, somebody may be mixing up providers."
        "答复中的 iss 不是所询问的服务器，或者服务器声明会带 iss 却没有带。"
        "请比较回调地址中的 iss 参数和应用所配置的 issuer：两者必须逐字相同。如果不只是写法不同，可能有人在混淆不同的登录服务器。";
    // What the provider said
    Declined "access_denied" "RFC 6749 §4.1.2.1"
        "The person, or the provider, said no."
        "Nothing to mend: offer the login again. If the person agreed, see the provider's rules for this app."
        "用户或者登录服务器拒绝了。"
        "应用不需要修改，再次提供登录即可。如果用户其实已经同意，请检查服务器上对本应用的限制。";
    Interaction "interaction_needed" "OpenID Connect Core §3.1.2.6"
        "The provider has to ask the person something, and the app asked with prompt=none."
        "Begin the login again without prompt=none."
        "服务器需要先询问用户，而应用的请求带有 prompt=none。"
        "请去掉 prompt=none，重新发起登录。";
    Busy "provider_busy" "RFC 6749 §4.1.2.1"
        "The provider says that it has trouble of its own."
        "Try again later; the provider's log knows more."
        "登录服务器说它自己出了问题。"
        "请稍后再试；原因要看登录服务器的日志。";
    CodeRefused "code_refused" "RFC 6749 §5.2; RFC 7636 §4.6"
        "The provider refuses the code: it was used, is too old, or was made for another client, redirect URI or code verifier."
        "Begin anew. If it comes each time, compare client id and redirect URI with the registration, and look for something that calls the callback twice."
        "服务器拒绝了授权码：它已被使用、已过期，或者属于别的客户端、重定向 URI 或 code verifier。"
        "请重新登录。如果每次都这样，请对照注册信息检查客户端 ID 和重定向 URI，并查找是否有什么把回调地址访问了两次。";
    ClientRefused "client_refused" "RFC 6749 §5.2"
        "The provider does not take the app for the client that it says it is, or does not allow it this kind of login."
        "Compare client id and secret with the registration: a secret is pasted as it was shown, never its hash, and without a line break. See that the way of authentication is the registered one."
        "服务器不承认本应用的客户端身份，或者不允许它这样登录。"
        "请对照注册信息检查客户端 ID 和密钥：密钥要原样粘贴，不能是它的哈希值，也不能带换行；认证方式也要和注册的一致。";
    ScopeRefused "scope_refused" "RFC 6749 §4.1.2.1, §5.2; RFC 8707 §2"
        "The provider does not know a scope or resource that the app asks for, or does not allow it to this app."
        "Ask only for scopes and resources of the app's registration, or have them added there."
        "服务器不认识应用请求的某个 scope 或 resource，或者不允许本应用使用。"
        "请只请求注册过的 scope 和 resource，或者先在服务器上为应用添加。";
    RequestRefused "request_refused" "RFC 6749 §4.1.2.1, §5.2"
        "The provider refuses the request of the app."
        "Read what the provider said below: it mostly names the parameter. The redirect URI must be the registered one to the letter."
        "服务器拒绝了应用的请求。"
        "请看下面服务器的说明，通常会指出是哪个参数。重定向 URI 必须与注册的逐字相同。";
    // The provider's documents
    ProviderAway "provider_away" "RFC 9110 §15.6.4"
        "The provider does not answer."
        "Check that the issuer's address is right, that the provider runs and can be reached from the app's server, and that its certificate is trusted there."
        "登录服务器没有响应。"
        "请检查 issuer 地址是否正确、登录服务器是否在运行、应用所在的机器能否访问它，以及那里是否信任它的证书。";
    ProviderAnswer "provider_answer" "OpenID Connect Discovery §4.2"
        "What answers at the provider's address is not what was asked for."
        "Open the address named below: there must be a JSON document with status 200. Mostly the issuer's address is misspelt."
        "登录服务器的地址上得到的不是所要的内容。"
        "请打开下面列出的地址：那里应当以状态 200 返回一个 JSON 文档。多半是 issuer 地址写错了。";
    ProviderIssuer "provider_issuer" "OpenID Connect Discovery §4.3; RFC 8414 §3.3"
        "The issuer that the app is given is not the one that the provider's metadata names, or is none."
        "Give the app the issuer exactly as the metadata has it: https (http on the loopback only), with or without the slash at the end as there."
        "应用所配置的 issuer 与登录服务器元数据中的不一致，或者不是合法的 issuer。"
        "请把元数据中的 issuer 原样填给应用：必须是 https（只有本机回环地址可用 http），末尾有没有斜杠也要一致。";
    ProviderMetadata "provider_metadata" "OpenID Connect Discovery §3; RFC 8414 §2"
        "The provider's metadata lacks an address that is needed, or has one that may not be called."
        "See which member is named below; the provider must offer it by https."
        "登录服务器的元数据缺少需要的地址，或者给出的地址不能访问。"
        "请看下面指出的是哪一项；登录服务器必须以 https 提供它。";
    ProviderKeys "provider_keys" "RFC 7517 §5"
        "The provider's key set can't be used."
        "The document at its jwks_uri must be a JWK Set with public keys; the provider's operator can tell."
        "登录服务器的密钥集无法使用。"
        "它的 jwks_uri 必须返回含有公钥的 JWK Set；请询问登录服务器的运营者。";
    // Tokens
    TokenAnswer "token_answer" "RFC 6749 §5.1"
        "The answer of the token endpoint can't be used."
        "See the detail below. An ID token is given only when the scope openid was granted."
        "令牌端点的答复无法使用。"
        "请看下面的说明。只有授予了 openid 这个 scope，才会有 ID 令牌。";
    TokenForm "token_form" "RFC 7515 §5.2; RFC 7519 §7.2"
        "The token is malformed or too large."
        "The provider must send a signed JWT in the compact form; encrypted ones are not taken."
        "令牌格式不对，或者太大。"
        "登录服务器必须给出紧凑格式的签名 JWT；不接受加密的令牌。";
    TokenAlg "token_alg" "OpenID Connect Core §3.1.3.7, point 7; RFC 8725 §3.1"
        "The token is signed with another algorithm than the app is registered with, or not at all."
        "Let id_token_alg and the registration's id_token_signed_response_alg be the same: RS256 unless it was said otherwise. A token with alg none or HS256 is a forgery."
        "令牌的签名算法不是应用注册的那个，或者根本没有签名。"
        "请让 id_token_alg 与注册的 id_token_signed_response_alg 一致，默认是 RS256。alg 为 none 或 HS256 的令牌是伪造的。";
    TokenType "token_typ" "RFC 8725 §3.11"
        "The header typ says that this is another kind of token."
        "The provider, or somebody in between, sends an access token, a proof or a logout token where an ID token belongs, or the other way round."
        "头部的 typ 说明这是另一种令牌。"
        "登录服务器或中间的什么人，在该用 ID 令牌的地方用了访问令牌、证明或登出令牌，或者反过来。";
    TokenCritical "token_crit" "RFC 7515 §4.1.11; RFC 7797 §6"
        "The token has a header that must be understood, and is not."
        "The provider must leave crit and b64 out of its tokens."
        "令牌带有必须理解、但这里不支持的头部。"
        "登录服务器的令牌里不能有 crit 和 b64。";
    TokenKey "token_key" "RFC 7515 §4.1.4; OpenID Connect Core §10.1"
        "None of the provider's keys has the name (kid) and algorithm of the token."
        "If the provider has just changed its keys, try again in a minute. Else the token is by somebody else, or jwks_uri shows old keys."
        "登录服务器没有哪个密钥与令牌的 kid 和算法相符。"
        "如果服务器刚换过密钥，请过一分钟再试。否则令牌出自别人之手，或者 jwks_uri 返回的是旧密钥。";
    TokenSignature "token_signature" "OpenID Connect Core §3.1.3.7, point 6; RFC 7515 §5.2"
        "The signature of the token does not verify: it was changed, or is by somebody else."
        "Believe nothing in it. If it comes each time, the provider signs with another key than it publishes."
        "令牌的签名验证不通过：它被改动过，或者出自别人之手。"
        "其中的内容一概不可信。如果每次都这样，说明登录服务器签名用的密钥与公布的不同。";
    TokenIssuer "token_iss" "OpenID Connect Core §3.1.3.7, point 2"
        "The token is by another issuer."
        "Its claim iss must be the issuer of the app's settings to the letter."
        "令牌由别的 issuer 签发。"
        "令牌的 iss 必须与应用所配置的 issuer 逐字相同。";
    TokenAudience "token_aud" "OpenID Connect Core §3.1.3.7, point 3"
        "The token was made for another app."
        "Its claim aud must name the app's client id. A token that another app handed on logs nobody in."
        "令牌是签发给别的应用的。"
        "令牌的 aud 必须包含本应用的客户端 ID。别的应用转交的令牌不能用来登录。";
    TokenParty "token_azp" "OpenID Connect Core §3.1.3.7, points 4 and 5"
        "The token was given to another app, or is for several and does not say to which it was given."
        "If it has several audiences, its claim azp must be the app's client id."
        "令牌是发给别的应用的，或者有多个受众却没有说明发给了谁。"
        "如果令牌有多个受众，azp 必须是本应用的客户端 ID。";
    TokenExpired "token_exp" "OpenID Connect Core §3.1.3.7, point 9"
        "The token has expired."
        "It was used too late, or the clocks of app and provider differ by more than the tolerance: set them by NTP."
        "令牌已过期。"
        "它用得太晚了，或者应用与登录服务器的时钟相差超过了允许的范围：请用 NTP 校准。";
    TokenEarly "token_iat" "RFC 7519 §4.1.5, §4.1.6"
        "The token is from the future."
        "The clock of the app is behind, or the provider's is ahead: set them by NTP."
        "令牌的时间在未来。"
        "应用的时钟慢了，或者登录服务器的时钟快了：请用 NTP 校准。";
    TokenClaim "token_claim" "OpenID Connect Core §2; OpenID Connect Back-Channel Logout §2.4"
        "A claim that the token must have is missing or malformed."
        "The detail below names it; the provider is at fault."
        "令牌缺少必需的声明，或者声明的格式不对。"
        "下面的说明指出是哪一个；这是登录服务器的问题。";
    TokenNonce "token_nonce" "OpenID Connect Core §3.1.3.7, point 11; OpenID Connect Back-Channel Logout §2.6"
        "The nonce is not that of this login: the token was made for another one. A logout token has none."
        "Believe nothing in it: somebody may be replaying a token. If it comes each time, the provider does not hand the nonce through."
        "nonce 不属于这次登录：令牌是为另一次登录签发的。登出令牌则不能有 nonce。"
        "其中的内容一概不可信，可能有人在重放令牌。如果每次都这样，说明登录服务器没有把 nonce 原样带回。";
    TokenAccessHash "token_at_hash" "OpenID Connect Core §3.1.3.8"
        "The access token is not the one that the ID token was made with."
        "One of the two was exchanged on the way, or the provider computes at_hash wrongly."
        "访问令牌与 ID 令牌不是一起签发的。"
        "其中一个在途中被换掉了，或者登录服务器算错了 at_hash。";
    TokenAge "token_auth_time" "OpenID Connect Core §3.1.3.7, point 13"
        "The person proved who they are longer ago than the app asked for, or the token does not say when."
        "Begin again: the provider must ask the person and tell auth_time. If it never does, it does not know max_age."
        "用户上次验证身份的时间早于应用的要求，或者令牌没有说明时间。"
        "请重新登录：登录服务器必须要求用户验证，并给出 auth_time。如果总是没有，说明它不支持 max_age。";
    TokenAcr "token_acr" "OpenID Connect Core §3.1.3.7, point 12"
        "The person logged in by other means than the app asked for."
        "Ask for an acr that the provider offers (acr_values_supported) and the person has."
        "用户登录的方式不是应用所要求的。"
        "请要求登录服务器支持（见 acr_values_supported）而且用户具备的 acr。";
    TokenSubject "token_sub" "OpenID Connect Core §12.2"
        "The renewed token is about another person."
        "Believe nothing in it; the session stays with its person until its access ends."
        "续期得到的令牌是关于另一个人的。"
        "其中的内容一概不可信；会话仍属于原来的人，直到访问权限到期。";
    TokenReplayed "token_jti" "OpenID Connect Back-Channel Logout §2.6"
        "The token was used before."
        "Nothing to mend: the first one did its work. Somebody may have recorded it, or the provider sends it twice."
        "令牌已经用过了。"
        "不需要处理：第一次已经生效。可能有人记录了它，或者登录服务器发送了两次。";
    // Userinfo and renewal
    Userinfo "userinfo" "OpenID Connect Core §5.3"
        "What the provider tells about the person can't be used."
        "See the detail below. The access token must have the scope openid, and be for the provider itself."
        "登录服务器给出的用户信息无法使用。"
        "请看下面的说明。访问令牌必须有 openid 这个 scope，并且是给登录服务器本身用的。";
    UserinfoSubject "userinfo_sub" "OpenID Connect Core §5.3.2"
        "What the provider tells is about another person than the ID token."
        "Believe nothing in it: somebody may have exchanged the access token."
        "用户信息与 ID 令牌说的不是同一个人。"
        "其中的内容一概不可信，可能有人换掉了访问令牌。";
    Ended "refresh_refused" "RFC 6749 §5.2, §6"
        "Access can't be renewed any more: the provider has ended it, or gave no refresh token."
        "Have the person log in again. For access that outlives the login, ask for offline_access where the provider wants it."
        "访问权限无法再续期：登录服务器已将其终止，或者没有给出刷新令牌。"
        "请让用户重新登录。如果需要长期访问，而服务器有此要求，请请求 offline_access。";
    // The app itself
    Config "app_config" "-"
        "The app is set up in a way that can't work."
        "The detail below says what to change."
        "应用的设置无法工作。"
        "下面的说明指出需要改什么。";
    FormOrigin "form_origin" "RFC 9700 §4.7"
        "The form was sent from a page of another origin."
        "Put the logout's form on a page of the app itself, under the host name of its redirect URI. Behind a proxy, let the headers Origin and Sec-Fetch-Site through."
        "表单来自另一个源的页面。"
        "请把退出登录的表单放在应用自己的页面上，主机名与重定向 URI 一致。如果前面有代理，请让它保留 Origin 和 Sec-Fetch-Site 头部。";
    SessionStore "session_store" "-"
        "The store of sessions does not answer."
        "The detail below is what it said; see that it runs and can be reached."
        "会话存储没有响应。"
        "下面是它给出的说明；请检查它是否在运行、能否访问。";
}
