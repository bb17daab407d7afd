//! Step 1: the app and its manifest.

super::mistakes! {
    APP_SILENT Manifest "app-silent" "RFC 6761 §6.3";
    "The app does not run, or on another port" / "应用没有运行，或用了别的端口";
    seen "Nobody listens at the registered origin, or nothing comes back" / "所登记的源无人监听，或没有应答";
    hint "Start the app and let it listen where you registered it; Rocket takes its port from ROCKET_PORT and listens on 8000 otherwise, where Doorward is. To use another origin, register the app anew." /
         "请启动应用，并让它监听所登记的地址；Rocket 从 ROCKET_PORT 读取端口，不设置时用 8000，而那是 Doorward 的端口。若要换用别的源，请重新登记应用。";

    MANIFEST_MISSING Manifest "manifest-missing" "RFC 9110 §15.5.5";
    "No manifest" / "没有清单文件";
    seen "/doorward-learn.json is not answered with 200" / "/doorward-learn.json 的应答不是 200";
    hint "Add a route GET /doorward-learn.json and mount it; it answers itself and leads nowhere else." /
         "请添加路由 GET /doorward-learn.json 并挂载；它须直接应答，不得跳转到别处。";

    MANIFEST_NOT_JSON Manifest "manifest-not-json" "RFC 8259 §2";
    "The manifest is not JSON" / "清单文件不是 JSON";
    seen "The body of /doorward-learn.json is not a JSON object with text members" / "/doorward-learn.json 的内容不是由文本成员组成的 JSON 对象";
    hint "Let a JSON library write it instead of putting the text together by hand: an object whose members are texts, the first being home." /
         "请用 JSON 库生成，不要手工拼接：应是一个对象，成员都是文本，先有 home。";

    MANIFEST_FOREIGN Manifest "manifest-foreign" "RFC 6454 §4";
    "The manifest names another origin" / "清单指向了别的源";
    seen "A member is no path that begins with exactly one slash; nothing there was called" / "某个成员不是以单个斜杠开头的路径；该地址未被访问";
    hint "Write paths only, such as /login. Doorward calls the origin that you registered and nothing else." /
         "请只写路径，例如 /login。Doorward 只访问你所登记的源，不访问别处。";

    CLIENT_ID_TYPO ClientId "client-id-typo" "RFC 6749 §2.2";
    "Another client id" / "客户端 ID 不对";
    seen "client_id differs from the registered one" / "client_id 与登记的不同";
    hint "Copy the client id from this page into CLIENT_ID once more and restart the app; a running app still has the old one." /
         "请把本页显示的客户端 ID 重新复制到 CLIENT_ID 并重启应用；运行中的应用仍在用旧的。";

    HOME_FAILS Home "home-fails" "RFC 9110 §15.3";
    "The home page fails" / "首页出错";
    seen "The path that home names is not answered with 200" / "home 所指路径的应答不是 200";
    hint "Open the page yourself and read the app's log: the route is not mounted, or its handler fails." /
         "请自己打开该页面并查看应用日志：可能路由没有挂载，或处理函数出错。";
}
