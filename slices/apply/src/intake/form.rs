//! The page on which an application that came in is written down, and the ones being typed in.

use hojo_access::allow;
use hojo_db::Tx;
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Choice, Control, Holds, Mode as Line, Problem, column, data_table, plain_chip};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::ids::PublicId;
use time::Date;

/// What stands in the form.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub round: String,
    pub channel: String,
    pub received_on: String,
    pub corporate_number: String,
    pub name: String,
    pub chosen: String,
}

/// An application being typed in.
pub(super) struct Waiting {
    pub filing: PublicId,
    pub name: String,
    pub round: String,
    pub channel: String,
    pub received_on: Option<Date>,
    pub state: String,
}

/// What the page shows.
pub(super) struct Page {
    pub rounds: Vec<Choice>,
    pub waiting: Vec<Waiting>,
    pub filled: Filled,
    pub candidates: Vec<(PublicId, String)>,
}

pub(crate) async fn show(cx: Cx<allow::IntakeFiling>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = load(&mut tx, Filled::default(), Vec::new()).await?;
    tx.commit().await?;
    Ok(Reply::page(&draw(&cx, &page, Vec::new())))
}

pub(super) async fn load(tx: &mut Tx, filled: Filled, candidates: Vec<(PublicId, String)>) -> Result<Page, Fault> {
    let rounds =
        sqlx::query!("select public_id, title from rounds order by opens_at desc limit 20").fetch_all(tx.sql()).await?;
    let rounds =
        rounds.into_iter().map(|r| Choice::new(PublicId::from_uuid(r.public_id).to_string(), r.title)).collect();
    let rows = sqlx::query!(
        "select f.public_id, f.channel, f.received_on, f.state, c.applicant_name, r.title
         from filings f join cases c on c.id = f.case_id join rounds r on r.id = f.round_id
         where f.channel <> 'portal' and f.state in ('draft', 'returned')
         order by f.created_at desc limit 100"
    )
    .fetch_all(tx.sql())
    .await?;
    let waiting = rows
        .into_iter()
        .map(|r| Waiting {
            filing: PublicId::from_uuid(r.public_id),
            name: r.applicant_name,
            round: r.title,
            channel: r.channel,
            received_on: r.received_on,
            state: r.state,
        })
        .collect();
    Ok(Page { rounds, waiting, filled, candidates })
}

pub(super) fn draw(cx: &Cx<allow::IntakeFiling>, page: &Page, problems: Vec<Problem>) -> ui::Shell {
    cx.page("代理受付", view(page, &cx.csrf(), &problems)).problems(problems)
}

fn view(page: &Page, csrf: &str, problems: &[Problem]) -> Markup {
    let error = |name: &str| {
        let id = ui::dom_id(name);
        problems.iter().find(|p| p.target.as_deref() == Some(&id)).map(|p| p.message.clone())
    };
    let with = |field: ui::Field, name: &str, value: &str| {
        let field = field.value(value);
        match error(name) {
            Some(words) => field.error(words),
            None => field,
        }
    };
    let channels = vec![Choice::new("paper", "紙（郵送・持参）"), Choice::new("mail", "電子メール")];
    let digits = Control::Line { max: Some(13), mode: Line::Digits };
    let f = &page.filled;
    html! {
        p { "紙や電子メールで届いた申請を受け付け、届いた書類のとおりに入力します。受付のあとは、電子申請と同じ流れで審査します。" }
        form class="form" method="post" action="/intake" enctype="multipart/form-data" novalidate {
            (csrf_field(csrf))
            (with(ui::select("round", "公募回", page.rounds.clone()).required(), "round", &f.round))
            (with(ui::field("corporate_number", "法人番号", digits).hint("登録されている申請者は、法人番号で見つかります。個人事業主の場合は空欄にしてください。"), "corporate_number", &f.corporate_number))
            (with(ui::text_field("name", "商号又は氏名").hint("登録されていない申請者の場合に入力してください。"), "name", &f.name))
            @if !page.candidates.is_empty() {
                (with(ui::radios("applicant", "同じ名前の申請者がいます。どれですか", candidates(&page.candidates)).required(), "applicant", &f.chosen))
            }
            (with(ui::radios("channel", "届いた方法", channels).required(), "channel", &f.channel))
            (with(ui::date_field("received_on", "受領日").required().hint("書類が事務局に届いた日です。締切に間に合ったかは、この日で判定します。"), "received_on", &f.received_on))
            (scan(error("scan")))
            (ui::buttons(&[ui::button("受け付けて入力を始める").sends("_action", "take")]))
        }
        h2 { "入力中の申請" }
        (waiting(&page.waiting))
    }
}

/// A plain file input: the files go along with the form, because before it there is no filing to put them in.
fn scan(problem: Option<String>) -> Markup {
    html! {
        div class="field" data-state=[problem.as_ref().map(|_| "error")] {
            label class="field__label" for="f-scan" { "届いた書類のスキャン" }
            div class="field__hint" id="f-scan-hint" { "PDF・画像、1ファイル10MBまで、5ファイルまで。あとから見比べるために保管します。" }
            div class="field__messages" id="f-scan-error" { @if let Some(words) = &problem { p class="field__error" { "＊" (words) } } }
            input class="upload__input" type="file" id="f-scan" name="scan" multiple accept="application/pdf,image/png,image/jpeg,.pdf,.png,.jpg,.jpeg"
                aria-describedby="f-scan-error f-scan-hint";
        }
    }
}

fn candidates(found: &[(PublicId, String)]) -> Vec<Choice> {
    let known = found.iter().map(|(id, words)| Choice::new(id.to_string(), words));
    known.chain([Choice::new("new", "どれでもない（新しく登録する）")]).collect()
}

fn waiting(list: &[Waiting]) -> Markup {
    if list.is_empty() {
        return ui::empty("入力中の申請はありません", &html! { p { "上の欄から受け付けると、ここに並びます。" } });
    }
    let columns =
        vec![column("申請者"), column("公募回"), column("方法"), column("受領日").holds(Holds::Date), column("状態")];
    let mut table = data_table("入力中の申請", columns).quiet_caption();
    for w in list {
        table = table.row(vec![
            html! { a href={ "/intake/filings/" (w.filing) } { (w.name) } },
            html! { (w.round) },
            html! { @if w.channel == "paper" { "紙" } @else { "電子メール" } },
            html! { @match w.received_on { Some(day) => (ui::date(day)), None => "―" } },
            html! { (plain_chip(if w.state == "returned" { "差戻し中" } else { "入力中" })) },
        ]);
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_and_the_error_stands_beside_its_field() {
        let page = Page {
            rounds: vec![Choice::new("r1", "第1回公募")],
            waiting: vec![],
            filled: Filled {
                corporate_number: "123".into(),
                name: "見本".into(),
                channel: "paper".into(),
                ..Filled::default()
            },
            candidates: vec![],
        };
        let problems = [Problem::at("corporate_number", "法人番号が正しくありません。")];
        let html = view(&page, "t", &problems).into_string();
        assert!(html.contains("value=\"123\"") && html.contains("value=\"見本\""), "{html}");
        assert!(!html.contains("data-upload"), "a script must not send the scan before the form: {html}");
        assert!(html.contains("＊法人番号が正しくありません。") && html.contains("入力中の申請はありません"), "{html}");
    }
}
