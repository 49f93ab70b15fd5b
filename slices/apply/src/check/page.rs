//! Drawing the check page, also when a submission was refused: what was ticked stays ticked.

use hojo_access::Access;
use hojo_case::{Refusal, Terms, late_since};
use hojo_db::Tx;
use hojo_programme::{Finding, Severity};
use hojo_web::ui::form::{self, Scene};
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Choice, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, html};
use time::OffsetDateTime;

use crate::attach::scan::Held;
use crate::desk::Desk;
use crate::draft;
use crate::frame;
use crate::places::FilingPlaces;

/// What came with a submission that was not accepted.
#[derive(Default)]
pub(crate) struct Asked {
    pub confirmed: Vec<String>,
    pub declared: bool,
    pub refusal: Option<Refusal>,
}

/// May it be sent now?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gate {
    Open,
    /// Something must be mended first.
    Mend,
    NotYet(OffsetDateTime),
    Closed(OffsetDateTime),
    /// The due date of a return has passed and the flow refuses what comes later.
    Late,
}

pub(crate) async fn draw<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    desk: &Desk,
    terms: &Terms,
    asked: &Asked,
) -> Result<Shell, Fault> {
    let places = FilingPlaces::with_banks(tx, desk).await?;
    let scene = desk.scene(&places, true);
    let body = html! {
        (lead(desk))
        @if desk.held.values().any(|h| *h == Held::Waiting) {
            (ui::banner(Tone::Info, "ウイルス検査中のファイルがあります")
                .body(html! { p { "検査の終わりを待たずに提出できます。検査で問題が見つかったときは、事務局からお知らせします。" } }))
        }
        (form::findings(&scene, &|field| change_page(desk, field)))
        (outgrown(&desk.judged.outgrown))
        (sections(desk, &scene))
        (sending(desk, gate(desk, terms), &cx.csrf(), asked))
    };
    let title = if desk.is_returned() { "入力内容の確認（再提出）" } else { "入力内容の確認" };
    let mut page = frame::page(cx, desk, title.to_owned(), body, &[frame::list_step(desk)]);
    if let Some(refusal) = &asked.refusal {
        page = page.problems(frame::refused(refusal));
    }
    Ok(page)
}

/// What was in order when it was handed in, and is shut: said, and in nobody's way.
fn outgrown(list: &[Finding]) -> Markup {
    html! {
        @if !list.is_empty() {
            (ui::banner(Tone::Info, "提出した後に、要件を満たさなくなった項目があります").body(html! {
                p { "提出した時点では満たしていて、今回の差戻しでは変更できない項目です。このまま再提出できます。事務局にも同じ内容を表示し、必要なときは事務局から連絡します。" }
                ul { @for finding in list { li { (finding.applicant) "（" (finding.clause) "）" } } }
            }))
        }
    }
}

fn lead(desk: &Desk) -> Markup {
    html! {
        p { "次の内容で提出します。「変更」を押すと、その項目を直せます。直したあとは、この画面に戻ります。" }
        @if desk.is_returned() {
            p { a href=(desk.way.compare()) { "前回の提出との違いを見る" } }
        }
    }
}

/// Where a field is changed; none where it is calculated or shut.
fn change_page(desk: &Desk, field: &str) -> Option<String> {
    let section = desk.section_of(field)?;
    Some(format!("{}?from=check", desk.way.section(&section.id)))
}

fn sections(desk: &Desk, scene: &Scene<'_>) -> Markup {
    html! {
        @for (at, section) in desk.shown() {
            @let change = format!("{}?from=check", desk.way.section(&section.id));
            section aria-labelledby={ "s-" (section.id) } {
                h2 id={ "s-" (section.id) } { (section.title) }
                (form::show(scene, at, Some(&change), None))
            }
        }
    }
}

fn gate(desk: &Desk, terms: &Terms) -> Gate {
    let now = desk.now.utc();
    if !desk.judged.is_ready() {
        return Gate::Mend;
    }
    if desk.is_returned() {
        let refused = !desk.way.on_behalf() && terms.refuse_late && late_since(&desk.row.case, desk.now).is_some();
        return if refused { Gate::Late } else { Gate::Open };
    }
    if !terms.in_round {
        Gate::Open
    } else if now < terms.opens {
        Gate::NotYet(terms.opens)
    } else if now > terms.closes && !desk.way.on_behalf() {
        Gate::Closed(terms.closes)
    } else {
        Gate::Open
    }
}

fn sending(desk: &Desk, gate: Gate, csrf: &str, asked: &Asked) -> Markup {
    let asks: Vec<Choice> = desk
        .judged
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Ask)
        .map(|f| Choice::new(&f.code, format!("確認しました：{}（{}）", f.applicant, f.clause)))
        .collect();
    html! {
        section aria-labelledby="send" {
            h2 id="send" { @if desk.is_returned() { "再提出" } @else { "提出" } }
            @if let Some(late) = frame::late(desk) { (late) }
            @match gate {
                Gate::Late => {}
                Gate::Mend => { (ui::banner(Tone::Error, "まだ提出できません").body(html! { p { "上の「直してください」に表示されている項目を直すと、提出できるようになります。" } })) }
                Gate::NotYet(opens) => { (ui::banner(Tone::Info, format!("受付は{}からです", ui::date_time(opens))).body(html! { p { "下書きは保存されています。受付が始まったら、この画面から提出してください。" } })) }
                Gate::Closed(closes) => { (ui::banner(Tone::Error, format!("受付は{}に締め切りました", ui::date_time(closes))).body(html! { p { "下書きは保存されています。事情がある場合は事務局へご連絡ください。" } })) }
                Gate::Open => { (send_form(desk, &asks, csrf, asked)) }
            }
        }
    }
}

fn send_form(desk: &Desk, asks: &[Choice], csrf: &str, asked: &Asked) -> Markup {
    let words = if desk.way.on_behalf() {
        if desk.is_own_motion() {
            "入力した内容に誤りがないことを確認しました。"
        } else {
            "届いた書類のとおりに入力し、内容を確認しました。"
        }
    } else if desk.is_run() {
        "入力した内容に誤りがないことを確認しました。この内容で提出します。"
    } else {
        "入力した内容に誤りがないことを確認しました。この内容で申請します。"
    };
    let label = if desk.is_returned() { "再提出する" } else { "提出する" };
    html! {
        form class="form" method="post" action=(desk.way.submit()) novalidate {
            (csrf_field(csrf))
            input type="hidden" name="_seen" value=(draft::digest(&desk.answers));
            @if !asks.is_empty() {
                (ui::checks("confirm", "ご確認いただく項目", asks.to_vec()).required().values(asked.confirmed.clone())
                    .hint("内容が正しいことを確かめて、すべてにチェックしてください。"))
            }
            (ui::consent("declare", "申告", words).required().value(if asked.declared { "yes" } else { "" }))
            @if !desk.way.on_behalf() { p { "提出したあとは、事務局から差戻しがあるまで内容を変更できません。" } }
            (ui::buttons(&[ui::button(label).large().sends("_action", "submit")]))
        }
    }
}
