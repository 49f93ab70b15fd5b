//! The office begins: 代行入力 for what came on paper, 発議 of its own motion, 求め with a due date.

use hojo_access::allow;
use hojo_case::{Channel, Refusal};
use hojo_db::{CaseRow, Mode, NewRun, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_programme::{Opener, Procedure};
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use hojo_words::jst::read_date;
use serde_json::json;
use time::Date;

use super::view;
use crate::common::{Known, basis, me, problem};

/// What the office begins; the applicant has the portal.
pub(crate) const OURS: [Opener; 3] = [Opener::OfficeOnBehalf, Opener::Office, Opener::Demand];

/// One procedure and one way to begin it.
pub(crate) struct Offer {
    pub code: String,
    pub title: String,
    pub description: String,
    pub basis: String,
    pub opener: Opener,
    pub why_not: Option<String>,
    /// The office was asked to begin it.
    pub asked: bool,
}

/// What the page shows.
pub(crate) struct Page {
    pub row: CaseRow,
    pub standing: String,
    pub offers: Vec<Offer>,
    pub csrf: String,
}

/// GET: what may begin; with `?procedure=&by=` the form for one.
pub(crate) async fn show(cx: Cx<allow::BeginProcedure>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::BeginProcedure>(id, Mode::Read).await?;
    let root = tx.root_of(&row).await?;
    if root.id != row.id {
        return Ok(Reply::see_other(&format!("/cases/{}/begin", root.public_id)));
    }
    let known = Known::of(&mut tx, &row).await?;
    let page = page(&cx, &known);
    tx.commit().await?;
    cx.log_access(&row).await?;
    let asked = |name: &str| cx.query(name).to_owned();
    let typed = Posted(["procedure", "by"].map(|name| (name.to_owned(), asked(name))).to_vec());
    Ok(Reply::page(&draw(&cx, &page, &typed)))
}

fn draw(cx: &Cx<allow::BeginProcedure>, page: &Page, typed: &Posted) -> Shell {
    let number = page.row.number.clone().unwrap_or_default();
    let way = vec![
        ("案件一覧".to_owned(), "/queue".to_owned()),
        (format!("案件 {number}"), format!("/cases/{}", page.row.public_id)),
    ];
    let chosen = page.offers.iter().find(|offer| is_it(offer, typed) && offer.why_not.is_none());
    match chosen {
        Some(offer) => cx.page(format!("{}を始める", offer.title), view::form(page, offer, typed)).breadcrumb(way),
        None => cx.page(format!("手続を始める {number}"), view::list(page)).breadcrumb(way),
    }
}

fn is_it(offer: &Offer, typed: &Posted) -> bool {
    offer.code == typed.get("procedure") && offer.opener.as_str() == typed.get("by")
}

fn page(cx: &Cx<allow::BeginProcedure>, known: &Known) -> Page {
    let mut offers = Vec::new();
    for (procedure, by) in known.procedures() {
        for opener in OURS.into_iter().filter(|opener| by.contains(opener)) {
            let why_not = may(known, procedure, opener).err();
            offers.push(Offer {
                code: procedure.code.clone(),
                title: procedure.title.clone(),
                description: procedure.description.clone(),
                basis: basis(procedure),
                opener,
                why_not: why_not.map(|refusal| refusal.message),
                asked: known.view.life.asked.contains(&procedure.code),
            });
        }
    }
    offers.sort_by_key(|offer| !offer.asked);
    Page { row: known.view.root.clone(), standing: known.standing(), offers, csrf: cx.csrf() }
}

/// As `may_start`, and not beside a draft that somebody has begun.
fn may(known: &Known, procedure: &Procedure, opener: Opener) -> Result<(), Refusal> {
    known.may_start(procedure, opener)?;
    match known.draft(&procedure.code) {
        Some(draft) if is_theirs(&draft.opener) => Err(Refusal::new(
            "START-DRAFT",
            format!("事業者が{}の下書きを作成中です。", procedure.title),
            "事業者に提出を依頼してください。下書きが破棄されると、事務局で始められます。",
        )),
        _ => Ok(()),
    }
}

/// Is it typed by the applicant?
fn is_theirs(opener: &str) -> bool {
    opener == Opener::Applicant.as_str() || opener == Opener::Demand.as_str()
}

/// What was typed, read.
struct Asked {
    channel: Channel,
    received_on: Option<Date>,
    due: Option<Date>,
}

/// POST: begins it, and leads to where it is typed in.
pub(crate) async fn post(cx: Cx<allow::BeginProcedure>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::BeginProcedure>(id, cx.mode()).await?;
    if row.root.is_some() {
        return Err(Fault::NotFound);
    }
    let known = Known::of(&mut tx, &row).await?;
    let procedure = known.view.edition.procedure(posted.get("procedure")).cloned().ok_or(Fault::NotFound)?;
    let opener = Opener::parse(posted.get("by")).filter(|by| OURS.contains(by)).ok_or(Fault::NotFound)?;
    let today = tx.now().await?.date();
    let asked = match may(&known, &procedure, opener).and_then(|()| read(&posted, opener, today)) {
        Ok(asked) => asked,
        Err(refusal) => {
            let page = page(&cx, &known);
            return Ok(Reply::refused(&draw(&cx, &page, &posted).problems(vec![problem(&refusal)])));
        }
    };
    if let Some(draft) = known.draft(&procedure.code) {
        return Ok(Reply::see_other(&format!("/intake/filings/{}", draft.filing)));
    }
    let run = NewRun {
        root: &row,
        procedure: &procedure,
        opener,
        channel: asked.channel,
        received_on: asked.received_on,
        due: asked.due,
        by: me(cx.actor())?.0,
    };
    let (begun, filing) = tx.begin_run(&run, &cx.audit()).await?;
    if opener == Opener::Demand {
        tell(&mut tx, &begun).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other(&match opener {
        Opener::Demand => format!("/cases/{}", begun.public_id),
        _ => format!("/intake/filings/{filing}"),
    }))
}

/// The applicant hears of a demand by mail.
async fn tell(tx: &mut Tx, row: &CaseRow) -> Result<(), Fault> {
    let mail = json!({ "template": "demanded", "case": row.public_id });
    enqueue(tx, NewJob::new(Lane::Mail, "mail", mail).once(format!("demanded:{}", row.public_id))).await?;
    Ok(())
}

fn read(posted: &Posted, opener: Opener, today: Date) -> Result<Asked, Refusal> {
    let day = |name: &str| read_date(posted.get(name));
    let own = |channel| Asked { channel, received_on: None, due: None };
    match opener {
        Opener::Applicant | Opener::Office => Ok(own(Channel::Office)),
        Opener::Demand => match day("due") {
            Some(due) if due > today => Ok(Asked { due: Some(due), ..own(Channel::Portal) }),
            _ => Err(Refusal::new(
                "DEMAND-DUE",
                "提出の期限を、明日以降の日付として読み取れません。",
                "「2026/11/22」のように入力してください。",
            )),
        },
        Opener::OfficeOnBehalf => {
            let channel = Channel::from_code(posted.get("channel"))
                .filter(|channel| matches!(channel, Channel::Paper | Channel::Mail))
                .ok_or_else(|| {
                    Refusal::new("BEHALF-CHANNEL", "届いた方法が選ばれていません。", "届いた方法を選んでください。")
                })?;
            let received = day("received_on").filter(|day| *day <= today).ok_or_else(|| {
                Refusal::new(
                    "BEHALF-DATE",
                    "受領日を、今日までの日付として読み取れません。",
                    "「2026/11/22」のように入力してください。",
                )
            })?;
            Ok(Asked { received_on: Some(received), ..own(channel) })
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn each_way_asks_for_what_it_needs() {
        let today = date!(2027 - 05 - 01);
        let posted =
            |pairs: &[(&str, &str)]| Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        let code = |pairs: &[(&str, &str)], by| read(&posted(pairs), by, today).map(|_| ()).expect_err("refused").code;
        assert_eq!(code(&[("due", "2027/05/01")], Opener::Demand), "DEMAND-DUE");
        assert_eq!(code(&[("received_on", "2027/05/01")], Opener::OfficeOnBehalf), "BEHALF-CHANNEL");
        assert_eq!(
            code(&[("channel", "office"), ("received_on", "2027/05/01")], Opener::OfficeOnBehalf),
            "BEHALF-CHANNEL"
        );
        assert_eq!(code(&[("channel", "paper"), ("received_on", "2027/05/02")], Opener::OfficeOnBehalf), "BEHALF-DATE");
        let own = read(&posted(&[]), Opener::Office, today).expect("nothing is needed");
        assert_eq!((own.channel, own.due), (Channel::Office, None));
        let demand = read(&posted(&[("due", "令和9年5月2日")]), Opener::Demand, today).expect("tomorrow");
        assert_eq!((demand.channel, demand.due), (Channel::Portal, Some(date!(2027 - 05 - 02))));
    }
}
