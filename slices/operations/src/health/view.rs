//! How the health page looks: one line for each part, its state in a word, and what to do.

use hojo_web::ui::{self, Tone, column, data_table};
use hojo_web::{Markup, html};
use time::{Duration, OffsetDateTime};

use super::read::{Alarm, Seen};
use crate::doors::Doors;
use crate::jobs::{Lane, age};

/// A job that is due and not begun for so long means that no worker takes its lane.
const SLOW_SECONDS: i64 = 300;
const STOPPED_SECONDS: i64 = 1_800;
/// Connections in use, in percent of what the server allows.
const CROWDED_PERCENT: i64 = 80;
const LONG_TRANSACTION_SECONDS: i64 = 60;

/// One part of the system.
struct Part {
    name: &'static str,
    tone: Tone,
    words: String,
    advice: Markup,
}

fn part(name: &'static str, tone: Tone, words: String, advice: Markup) -> Part {
    Part { name, tone, words, advice }
}

pub fn page(seen: &Seen, vault: Option<bool>, now: OffsetDateTime, doors: Doors) -> Markup {
    let parts =
        [database(seen), queue(seen), press(seen, doors), mail(seen), store(vault), sealing(seen), tidying(seen, now)];
    let alarms: Vec<Part> = seen.alarms.iter().map(alarm).collect();
    let parts: Vec<Part> = alarms.into_iter().chain(parts).collect();
    let bad = parts.iter().filter(|p| matches!(p.tone, Tone::Warn | Tone::Error)).count();
    let mut table = data_table("部分ごとの状況", vec![column("部分"), column("状態"), column("内容"), column("対応")]);
    for p in parts {
        table = table.row(vec![html! { (p.name) }, chip(p.tone), html! { (p.words) }, p.advice]);
        if p.tone == Tone::Error {
            table = table.marked();
        }
    }
    html! {
        @if bad == 0 { (ui::banner(Tone::Success, "すべて正常です")) }
        @else { (ui::banner(Tone::Warn, format!("確認が必要な部分が{bad}つあります"))) }
        (table)
        (ui::facts(&[
            ("確認した時刻", html! { (ui::date_time_seconds(now)) }),
            ("ログイン中のセッション", sessions(seen)),
        ]))
        p class="quiet" { "この画面は開いたときの状況です。最新にするには、画面を読み込み直してください。" }
    }
}

fn chip(tone: Tone) -> Markup {
    let words = match tone {
        Tone::Success => "正常",
        Tone::Info => "情報なし",
        Tone::Warn => "注意",
        Tone::Error => "異常",
    };
    html! { (ui::chip(tone, words)) }
}

fn none() -> Markup {
    html! { "―" }
}

fn database(seen: &Seen) -> Part {
    let d = &seen.database;
    let bytes = u64::try_from(d.bytes).unwrap_or(0);
    let words = format!("PostgreSQL {}、{}、接続 {}/{}", d.version, ui::file_size(bytes), d.connections, d.most);
    if d.connections * 100 >= d.most * CROWDED_PERCENT {
        let advice = html! { "接続が上限に近づいています。プロセスの数と接続プールの設定を見直してください。" };
        return part("データベース", Tone::Warn, words, advice);
    }
    if d.oldest_transaction >= LONG_TRANSACTION_SECONDS {
        let advice = html! { "開いたままのトランザクションがあります（" (age(d.oldest_transaction)) "）。接続元を確かめてください。" };
        return part("データベース", Tone::Warn, words, advice);
    }
    part("データベース", Tone::Success, words, none())
}

fn queue(seen: &Seen) -> Part {
    let oldest = seen.lanes.iter().filter_map(|l| l.oldest).max().unwrap_or(0);
    let waiting: i64 = seen.lanes.iter().map(|l| l.waiting).sum();
    let dead: i64 = seen.lanes.iter().map(|l: &Lane| l.dead).sum();
    let last = seen.last_done.map_or_else(|| "まだありません".to_owned(), ui::date_time_seconds);
    let words = format!("待ち {}件（最も古いもの {}）、最後の完了 {last}", ui::number(waiting), age(oldest));
    let jobs = |words: String| html! { a href="/jobs" { "ジョブ" } "：" (words) };
    if oldest >= STOPPED_SECONDS {
        return part(
            "ジョブの処理",
            Tone::Error,
            words,
            jobs("処理が止まっています。ワーカー（hojo work）が動いているか確かめてください。".into()),
        );
    }
    if oldest >= SLOW_SECONDS {
        return part("ジョブの処理", Tone::Warn, words, jobs("処理が遅れています。".into()));
    }
    if dead > 0 {
        return part(
            "ジョブの処理",
            Tone::Warn,
            words,
            jobs(format!("止まったジョブが{}件あります。理由を確かめて再実行してください。", ui::number(dead))),
        );
    }
    part("ジョブの処理", Tone::Success, words, none())
}

fn press(seen: &Seen, doors: Doors) -> Part {
    let l = seen.letters;
    let Some(at) = l.last_sealed else {
        let tone = if l.dead > 0 { Tone::Error } else { Tone::Info };
        return part("通知書の印刷", tone, "まだ1件も作成していません".into(), dead_letters(l.dead));
    };
    let words = format!("最後の作成 {}", ui::date_time_seconds(at));
    if l.dead > 0 {
        return part("通知書の印刷", Tone::Error, words, dead_letters(l.dead));
    }
    if l.stuck > 0 {
        let advice = html! { (doors.stuck_letters("要対応の通知書")) "が" (ui::number(l.stuck)) "件あります。" };
        return part("通知書の印刷", Tone::Warn, words, advice);
    }
    part("通知書の印刷", Tone::Success, words, none())
}

fn dead_letters(n: i64) -> Markup {
    if n == 0 {
        return none();
    }
    html! { a href="/jobs?lane=letters" { "止まったジョブ" } "が" (ui::number(n)) "件あります。印刷プログラム（hojo-press）とフォントの置き場所を確かめてください。" }
}

fn mail(seen: &Seen) -> Part {
    let m = seen.mail;
    let last = m
        .last_sent
        .map_or_else(|| "まだ送っていません".to_owned(), |at| format!("最後の送信 {}", ui::date_time_seconds(at)));
    let words = if m.retrying > 0 { format!("{last}、再送待ち {}件", ui::number(m.retrying)) } else { last };
    if m.dead > 0 {
        let advice = html! { a href="/jobs?lane=mail" { "送れなかったメール" } "が" (ui::number(m.dead)) "件あります。宛先とメールサーバーを確かめてください。" };
        return part("メール", Tone::Warn, words, advice);
    }
    if m.retrying > 0 {
        return part(
            "メール",
            Tone::Warn,
            words,
            html! { "メールサーバーにつながるか確かめてください。自動で送り直しています。" },
        );
    }
    let tone = if m.last_sent.is_some() { Tone::Success } else { Tone::Info };
    part("メール", tone, words, none())
}

fn store(vault: Option<bool>) -> Part {
    match vault {
        Some(true) => part(
            "ファイルの保管",
            Tone::Success,
            "最新の通知書のPDFを、壊れていない状態で読み出せました".into(),
            none(),
        ),
        Some(false) => part(
            "ファイルの保管",
            Tone::Error,
            "最新の通知書のPDFを読み出せません".into(),
            html! { "保管場所（vault）が接続されているか確かめてください。" },
        ),
        None => part("ファイルの保管", Tone::Info, "確かめられるファイルがまだありません".into(), none()),
    }
}

/// An alarm that is open: its words say what to do.
fn alarm(a: &Alarm) -> Part {
    let name = match a.code.as_str() {
        "log.seal" => "警報：ログの封印",
        "log.full" => "警報：ログの置き場所",
        "log.partition" => "警報：ログの区画",
        "file.scan" => "警報：ウイルス検査",
        _ => "警報",
    };
    let words = format!("{}から（{}回）", ui::date_time_seconds(a.since), a.times);
    part(name, Tone::Error, words, html! { (a.detail) })
}

fn sealing(seen: &Seen) -> Part {
    let name = "ログの封印";
    match seen.sealed {
        Some(at) => part(name, Tone::Success, format!("最後の封印 {}", ui::date_time_seconds(at)), none()),
        None => part(name, Tone::Info, "まだ1件も封印していません".into(), none()),
    }
}

fn tidying(seen: &Seen, now: OffsetDateTime) -> Part {
    let Some(at) = seen.tidied else {
        return part("日次の片付け", Tone::Info, "まだ行っていません".into(), none());
    };
    let words = format!("{}の回まで終わっています", ui::date_time(at));
    if now - at > Duration::hours(48) {
        return part(
            "日次の片付け",
            Tone::Warn,
            words,
            html! { "2日以上行われていません。ワーカー（hojo work）が動いているか確かめてください。" },
        );
    }
    part("日次の片付け", Tone::Success, words, none())
}

fn sessions(seen: &Seen) -> Markup {
    let word = |site: &str| if site == "office" { "事務局" } else { "申請者" };
    if seen.sessions.is_empty() {
        return html! { "ありません" };
    }
    html! { @for (at, (site, n)) in seen.sessions.iter().enumerate() { @if at > 0 { "、" } (word(site)) " " (ui::number(*n)) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::read::{Database, Letters, Mail};
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-22 5:00 UTC);

    fn fine() -> Seen {
        Seen {
            database: Database {
                version: "15.8".into(),
                bytes: 5_000_000,
                connections: 10,
                most: 100,
                oldest_transaction: 0,
            },
            lanes: vec![Lane::default()],
            last_done: Some(NOW),
            letters: Letters { last_sealed: Some(NOW), stuck: 0, dead: 0 },
            mail: Mail { last_sent: Some(NOW), retrying: 0, dead: 0 },
            newest_pdf: None,
            tidied: Some(NOW - Duration::hours(10)),
            alarms: vec![],
            sealed: Some(NOW),
            sessions: vec![("portal".into(), 3), ("office".into(), 2)],
        }
    }

    #[test]
    fn all_well_is_said_in_words() {
        let html = page(&fine(), Some(true), NOW, Doors::ALL).into_string();
        assert!(html.contains("すべて正常です") && html.contains("申請者 3、事務局 2"), "{html}");
        assert!(!html.contains("異常") && !html.contains("注意："));
    }

    #[test]
    fn each_trouble_is_named_with_what_to_do() {
        let mut seen = fine();
        seen.lanes = vec![Lane { oldest: Some(STOPPED_SECONDS), waiting: 5, ..Lane::default() }];
        assert!(page(&seen, None, NOW, Doors::ALL).into_string().contains("hojo work"));
        seen = fine();
        seen.letters.dead = 2;
        assert!(page(&seen, None, NOW, Doors::ALL).into_string().contains("hojo-press"));
        seen = fine();
        seen.letters.stuck = 1;
        assert!(page(&seen, None, NOW, Doors::ALL).into_string().contains("/letters?state=stuck"));
        assert!(!page(&seen, None, NOW, Doors::NONE).into_string().contains("/letters"));
        seen = fine();
        seen.mail.dead = 1;
        assert!(page(&seen, None, NOW, Doors::ALL).into_string().contains("/jobs?lane=mail"));
        seen = fine();
        seen.database.connections = 80;
        assert!(page(&seen, None, NOW, Doors::ALL).into_string().contains("接続プール"));
        seen = fine();
        seen.tidied = Some(NOW - Duration::hours(49));
        assert!(page(&seen, None, NOW, Doors::ALL).into_string().contains("2日以上"));
        seen = fine();
        let detail = "封印の鍵を読めません。".to_owned();
        seen.alarms = vec![Alarm { code: "log.seal".into(), detail, since: NOW, times: 3 }];
        let html = page(&seen, None, NOW, Doors::ALL).into_string();
        assert!(html.contains("警報：ログの封印") && html.contains("封印の鍵を読めません。"), "{html}");
        assert!(page(&fine(), Some(false), NOW, Doors::ALL).into_string().contains("読み出せません"));
    }

    #[test]
    fn a_new_installation_is_not_an_alarm() {
        let seen = Seen { database: fine().database, ..Seen::default() };
        let html = page(&seen, None, NOW, Doors::ALL).into_string();
        assert!(html.contains("すべて正常です"), "{html}");
    }
}
