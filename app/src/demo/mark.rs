//! What a visitor of a demonstration world needs to know: who can sign in and with what.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, ensure};
use clap::Args as ClapArgs;
use hojo_db::Db;
use hojo_people::staff::{Totp, totp_uri};

use super::people::{COLLEAGUES, password_of, secret_of};
use super::seed::BY;
use crate::config::Config;
use crate::publish::setup_db;

/// The people shown first: one of each role, and those whose work needs a second person.
const SHOWN: [&str; 8] =
    ["operator1", "operator2", "manager1", "manager2", "supervisor", "reviewer1", "reviewer8", "it1"];

/// GビズID logins of the stand-in worth trying, and why.
const WORTH_TRYING: [(&str, &str); 8] = [
    ("aozora", "第1回に採択、第3回は書きかけ（新事業進出枠）"),
    ("hinode", "第2回は審査中、第3回は書き終えて提出前"),
    ("minato", "第3回が差し戻されている（期限内に再提出できる）"),
    ("sato", "個人事業主。第1回の結果通知がある"),
    ("takahashi", "字形に注意する名前（髙・𠮷）の通知書"),
    ("aozora-staff", "メンバーアカウント（あおぞら精機の担当者）"),
    ("entry", "エントリーアカウント（申請できないことの案内）"),
    ("demo-00300", "300番までの見本の事業者"),
];

/// Writes the table for `./start` to show; `lives` are the logins of the older cases, and what is to be seen there.
pub async fn write(db: &Db, file: &Path, lives: &[(String, String)]) -> anyhow::Result<()> {
    let mut out =
        String::from("  事務局・審査員のログイン（ワンタイムパスワードの秘密鍵は認証アプリに登録できます）\n");
    for login in SHOWN {
        let Some(c) = COLLEAGUES.iter().find(|c| c.login == login) else { continue };
        let secret = secret_of(db, login).await?;
        let role = match c.role {
            "manager" => "事務局管理者",
            "operator" => "事務局オペレータ",
            "reviewer" => "外部審査員",
            "supervisor" => "事業監督者",
            _ => "事務局IT",
        };
        writeln!(out, "    {login:10} {:24} {secret}  {role}（{}）", password_of(login), c.name)?;
    }
    out.push_str("    今のワンタイムパスワード:  hojo demo code <ログインID>\n\n");
    out.push_str("  GビズID（代役の画面で選ぶか、名前を入力）\n");
    for (login, why) in WORTH_TRYING {
        writeln!(out, "    {login:14} {why}")?;
    }
    for (login, why) in lives {
        writeln!(out, "    {login:14} {why}")?;
    }
    std::fs::write(file, out).with_context(|| format!("{} cannot be written", file.display()))
}

#[derive(ClapArgs)]
pub struct CodeArgs {
    /// Whose code.
    login: String,
}

/// `hojo demo code LOGIN`: only in a world that `hojo demo seed` made.
#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
pub async fn code(config: &Config, args: &CodeArgs) -> anyhow::Result<()> {
    let db = setup_db(config).await?;
    let mut tx = db.begin_setup().await?;
    let made =
        sqlx::query!("select count(*) as n from editions where published_by = $1", BY).fetch_one(tx.sql()).await?;
    ensure!(made.n.unwrap_or(0) > 0, "this database holds no demonstration world; codes are shown for nobody");
    let now = tx.now().await?.utc().unix_timestamp();
    tx.commit().await?;
    let secret = secret_of(&db, &args.login).await?;
    let totp = Totp::from_base32(&secret).context("the stored secret is no base 32")?;
    println!("{}  （あと{}秒）  {}", totp.code(now), 30 - now.rem_euclid(30), totp_uri(&args.login, &secret));
    Ok(())
}
