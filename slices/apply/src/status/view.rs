//! The status page from its values.

use hojo_case::Position;
use hojo_web::ui::{self, Holds, Tone, chip, column, data_table, plain_chip};
use hojo_web::{Markup, html};

use super::load::Status;

pub(crate) fn view(s: &Status) -> Markup {
    html! {
        @if !s.steps.is_empty() { (ui::steps("申請の段階", &s.steps)) }
        (lead(s))
        @if let Some(address) = &s.goes_on {
            (ui::buttons(&[ui::link_button("案件の状態と手続を見る", address).outline()]))
        }
        (ui::facts(&[
            ("状態", html! { strong { (s.word) } @if s.row.position() == Position::Closed && s.row.case.outcome.is_some() { "（" (s.row.case.outcome_words()) "）" } }),
            ("受付番号", html! { (s.row.number.clone().unwrap_or_else(|| "提出すると付きます".to_owned())) }),
            ("申請者", html! { (s.row.applicant_name) }),
            ("事業計画名", html! { @if s.row.title.is_empty() { "未入力" } @else { (s.row.title) } }),
            (if s.way.root.is_some() { "この手続の金額" } else { "補助金交付申請額" }, html! { @match s.row.case.requested { Some(yen) => (ui::yen(yen)), None => "―" } }),
            ("受付の方法", html! { (s.row.case.channel.label()) @if s.row.case.late_since.is_some() { " " (chip(Tone::Warn, "期限後の再提出")) } }),
        ]))
        h2 { "通知書・お知らせ" }
        (letters(s))
        h2 { "提出した内容" }
        (submissions(s))
        h2 { "これまでの経過" }
        (ui::timeline(&s.history))
        (leave(s))
    }
}

fn lead(s: &Status) -> Markup {
    match s.row.position() {
        Position::Draft => html! {
            @if let Some((due, now)) = s.due { p { "提出の締切： " (ui::deadline(due, now)) } }
            (ui::buttons(&[ui::link_button("続きを入力する", s.way.base())]))
        },
        Position::Returned => html! {
            (ui::banner(Tone::Warn, format!("直していただくところが{}件あります", s.pending_remarks)).body(html! {
                @if let Some((due, now)) = s.due {
                    p { "再提出の期限： " (ui::deadline(due, now)) }
                    @if due < now && !s.refuses_late {
                        p { "期限を過ぎていますが、今からでも再提出できます。「期限後の再提出」として記録し、審査の対象とするかを事務局が判断します。" }
                    } @else if due < now {
                        p { "期限を過ぎているため、画面からは再提出できません。事情がある場合は、事務局へご連絡ください。" }
                    }
                }
                p { "指摘のあった項目だけを直して、再提出してください。" }
            }))
            (ui::buttons(&[ui::link_button("指摘を見て直す", s.way.base())]))
        },
        Position::Withdrawn | Position::Discarded => html! { p { "この申請は終わっています。記録は残っています。" } },
        Position::Closed => html! { p { "結果を通知しました。下の通知書をご確認ください。" } },
        Position::Check
        | Position::SecondCheck
        | Position::Examine
        | Position::Decide
        | Position::Approve
        | Position::Consult
        | Position::Notify => {
            html! { p { "今、あなたが行う手続はありません。次の段階に進むと、メールとこの画面でお知らせします。" } }
        }
    }
}

fn letters(s: &Status) -> Markup {
    if s.letters.is_empty() {
        return ui::empty("通知書はまだありません", &html! { p { "届いたときは、メールでもお知らせします。" } });
    }
    let mut table = data_table("通知書", vec![column("通知書"), column("番号"), column("届いた日時"), column("状態")])
        .quiet_caption()
        .stacks();
    for letter in &s.letters {
        table = table.row(vec![
            html! { a href={ "/letters/" (letter.id) } { (letter.title) } },
            html! { (letter.number) },
            html! { (ui::date_time(letter.at)) },
            html! { @if letter.read { (plain_chip("既読")) } @else { (chip(Tone::Info, "未読")) } },
        ]);
    }
    html! { (table) }
}

fn submissions(s: &Status) -> Markup {
    if s.submissions.is_empty() {
        return ui::empty(
            "まだ提出していません",
            &html! { p { "提出すると、提出した内容と控え（PDF）がここに並びます。" } },
        );
    }
    let mut table = data_table(
        "提出した内容",
        vec![
            column("回"),
            column("受付番号"),
            column("受付日時").holds(Holds::Date),
            column("添付"),
            column("内容"),
            column("控え"),
        ],
    )
    .quiet_caption()
    .stacks();
    for (submitted, copy) in s.submissions.iter().rev() {
        table = table.row(vec![
            html! { (submitted.n) "回目" },
            html! { (submitted.receipt) },
            html! { (ui::date_time_seconds(submitted.filed_at)) },
            html! { (submitted.attachments.len()) "件" },
            html! { a href={ (s.way.case()) "/submissions/" (submitted.n) } { "内容を見る" span class="visually-hidden" { "（" (submitted.n) "回目）" } } },
            html! {
                @match copy {
                    Some(id) => { a href={ "/letters/" (id) "/pdf" } { "PDF" span class="visually-hidden" { "（" (submitted.n) "回目の控え）" } } }
                    None => "作成中",
                }
            },
        ]);
    }
    html! { (table) p { a href=(s.way.receipt()) { "受付の記録（添付ファイルの一覧）を見る" } } }
}

fn leave(s: &Status) -> Markup {
    match s.row.position() {
        Position::Draft => html! { p { a href=(s.way.discard()) { "下書きを破棄する" } } },
        Position::Check | Position::SecondCheck | Position::Returned | Position::Examine | Position::Decide
            if s.may_withdraw =>
        {
            let words = if s.way.root.is_some() { "手続を取り下げる" } else { "申請を取り下げる" };
            html! { p { a href=(s.way.withdraw()) { (words) } } }
        }
        _ => html! {},
    }
}
