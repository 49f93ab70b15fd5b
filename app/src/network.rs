//! The network as the settings draw it: every listener and every other process this one speaks to.

use crate::config::Config;

/// A Mermaid flow chart; `docs/security/network.md` holds the one of the default settings.
#[must_use]
pub fn diagram(c: &Config) -> String {
    let host = |url: &str| url.split("://").last().unwrap_or_default().trim_end_matches('/').to_owned();
    let mut lines = vec!["```mermaid".to_owned(), "flowchart LR".to_owned()];
    let mut line = |text: String| lines.push(format!("  {text}"));
    line("people([申請者]) -- https --> edge1[前段のプロキシ]".into());
    line("staff([事務局・審査員]) -- https, 許可した住所 --> edge2[前段のプロキシ]".into());
    line(format!("edge1 -- {} --> portal[\"申請者サイト（hojo_portal）\"]", c.portal_listen));
    line(format!("edge1 -- {} --> api[\"公開API（hojo_api）\"]", c.api_listen));
    line(format!("edge2 -- {} --> office[\"事務局サイト（hojo_office）\"]", c.office_listen));
    line(format!("edge1 -- {} --> files[\"ファイルサイト（hojo_files）\"]", c.files_listen));
    line(format!("edge2 -- {} --> files", c.files_listen));
    line("worker[\"ワーカー（hojo_work）\"]".into());
    for site in ["portal", "api", "office", "files", "worker"] {
        line(format!("{site} -- {} --> db[(PostgreSQL)]", host(&c.database_url).trim_start_matches('/')));
    }
    for site in ["portal", "office", "files", "worker"] {
        line(format!("{site} --> vault[(\"ファイル {}\")]", c.vault.display()));
    }
    line(format!("portal -- https --> gbizid[\"GビズID {}\"]", host(&c.gbizid_issuer)));
    if !c.office_openid_issuer.is_empty() {
        line(format!("office -- https --> openid[\"組織のログイン {}\"]", host(&c.office_openid_issuer)));
    }
    line(format!("worker -- smtp {}:{} --> mail[メールサーバー]", c.smtp_host, c.smtp_port));
    let clamd = if c.clamd.is_empty() { "設定したときだけ" } else { c.clamd.as_str() };
    line(format!("worker -- clamd {clamd} --> clamav[ウイルス検査]"));
    line(format!("worker --> press[\"印刷 {}\"]", c.press.display()));
    // Samples of letters and forms to take away are printed when somebody asks.
    line("portal --> press".to_owned());
    line("office --> press".to_owned());
    line(format!("worker --> copy[(\"封印の控え {}\")]", c.audit_copy.display()));
    line(format!("watch([監視]) -- {} --> portal", c.metrics_listen));
    line("it([事務局IT]) -- ssh --> bastion[踏み台] -- hojo_it_…, 読むだけ --> db".into());
    lines.push("```\n".to_owned());
    lines.join("\n")
}
