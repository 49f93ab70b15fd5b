//! マイページ: what I must do now, by when; what I am waiting for; what I may start.

use hojo_access::{AccountKind, Actor, allow};
use hojo_case::{Case, Position};
use hojo_db::Tx;
use hojo_web::{Cx, Fault, Markup, Reply, html, ui};
use hojo_words::ids::{ApplicantId, CaseId, PublicId};
use hojo_words::jst;
use std::collections::BTreeMap;
use time::OffsetDateTime;

use crate::changes;
use crate::otherwise;
use crate::owed::{self, Owed};
use crate::texts::{self, Public, Round};

/// A case as its applicant sees it.
struct Mine {
    case: PublicId,
    filing: PublicId,
    round: String,
    number: Option<String>,
    title: String,
    state: Case,
    /// The flow's word, and the sentence under it.
    word: String,
    sentence: String,
    /// 状態 of a case after its first decision, once its letters have told everything.
    standing: Option<String>,
    /// Of an application, the end of its round; of a later procedure, what the office asked for, if it did.
    due: Option<OffsetDateTime>,
    /// A procedure after adoption, by its title; none for an application.
    run: Option<String>,
    /// The case of a later procedure, and that procedure's code.
    root: Option<CaseId>,
    procedure: String,
    /// 応募申請, 交付申請, …: what opened the case.
    opening: String,
    changed_at: OffsetDateTime,
}

struct Letter {
    id: PublicId,
    title: String,
    delivered_at: Option<OffsetDateTime>,
    read: bool,
}

pub(crate) async fn show(cx: Cx<allow::BeApplicant>) -> Result<Reply, Fault> {
    let Actor::Applicant(me) = cx.actor() else { return Err(Fault::NotFound) };
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let rounds = texts::rounds(&mut tx).await?;
    let today = jst::jst_date(now);
    let mut mine = cases(&mut tx, &rounds, me.applicant).await?;
    let mut owed = owed::owed(&mut tx, me.applicant, today).await?;
    owed.retain(|due| !begun(&mut mine, due));
    let mut open = Vec::new();
    for round in rounds.iter().filter(|r| now <= r.closes) {
        let edition = tx.edition(&round.edition).await?;
        open.push((round, edition.opening().map(|p| p.title.clone()).unwrap_or_default()));
    }
    let letters = letters(&mut tx, me.applicant).await?;
    let changes = changes::untold(&mut tx, me.applicant, now).await?;
    let otherwise = otherwise::load(&mut tx, me.applicant).await?;
    tx.commit().await?;
    let entry = me.kind == AccountKind::Entry;
    let body = html! {
        (changes::draw(&changes, now))
        (otherwise::draw(&otherwise))
        (to_do(&mine, &owed, &letters, now))
        (waiting(&mine))
        (may_start(&open, &mine, now, entry, &cx.csrf()))
        (all_letters(&letters))
    };
    let mut page = cx.page("マイページ", body);
    if cx.query("changed") == "1" {
        page = page.banner(&ui::banner(ui::Tone::Warn, "GビズIDの登録情報が変わりました").body(html! {
            p { "提出済みの申請の内容は変わりません。商号、代表者、所在地などが変わったときは、社名等の変更の手続が必要です。" }
        }));
    }
    Ok(Reply::page(&page))
}

async fn cases(tx: &mut Tx, rounds: &[Round], me: ApplicantId) -> Result<Vec<Mine>, Fault> {
    let rows = sqlx::query!(
        "select c.public_id, c.round_id, c.number, c.title, c.state, c.changed_at, c.edition_id, c.root_id,
                f.public_id as filing, f.procedure,
                c.position = 'closed' and not exists (select 1 from cases r where r.root_id = c.id and r.position = 'notify') as \"is_told!\"
         from cases c join filings f on f.case_id = c.id
         where c.applicant_id = $1 and c.position <> 'discarded' order by c.changed_at desc",
        me.0
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let state: Case = serde_json_from(r.state)?;
        let edition = tx.edition(&r.edition_id).await?;
        let flow_state = state.position.flow_state();
        let procedure = edition.procedure(&r.procedure);
        let word = procedure.map(|p| p.flow.applicant_word(flow_state).to_owned()).unwrap_or_default();
        let run = r.root_id.is_some().then(|| procedure.map(|p| p.title.clone()).unwrap_or_default());
        let public: Public = texts::read(&edition, "portal/public.yaml")?;
        let round = rounds.iter().find(|x| x.id.0 == r.round_id);
        let due = match run {
            Some(_) => state.file_due.map(end_of_day),
            None => Some(tx.window(hojo_words::ids::RoundId(r.round_id), Some(me)).await?.1),
        };
        all.push(Mine {
            case: PublicId::from_uuid(r.public_id),
            filing: PublicId::from_uuid(r.filing),
            round: round.map_or_else(String::new, |x| x.title.clone()),
            standing: edition
                .life
                .as_ref()
                .filter(|_| r.is_told)
                .and_then(|l| l.standings.get(&state.life.standing))
                .cloned(),
            number: r.number,
            title: r.title,
            word,
            sentence: public.status_words.get(flow_state.as_str()).cloned().unwrap_or_default(),
            state,
            due,
            run,
            root: r.root_id.map(CaseId),
            procedure: r.procedure,
            opening: edition.opening().map(|p| p.title.clone()).unwrap_or_default(),
            changed_at: r.changed_at,
        });
    }
    Ok(all)
}

fn serde_json_from(value: sqlx::types::JsonValue) -> Result<Case, Fault> {
    <Case as serde::Deserialize>::deserialize(value).map_err(|e| Fault::Internal(e.to_string()))
}

async fn letters(tx: &mut Tx, me: ApplicantId) -> Result<Vec<Letter>, Fault> {
    let rows = sqlx::query!(
        "select public_id, title, delivered_at, read_at from letters
         where applicant_id = $1 and state = 'delivered' and kind not in ('application-copy', 'filing-copy')
         order by delivered_at desc nulls last limit 50",
        me.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Letter {
            id: PublicId::from_uuid(r.public_id),
            title: r.title,
            delivered_at: r.delivered_at,
            read: r.read_at.is_some(),
        })
        .collect())
}

/// Is what is owed in somebody's hands already? Its draft is then due with it, instead of standing beside it.
fn begun(mine: &mut [Mine], due: &Owed) -> bool {
    let theirs = |m: &&mut Mine| m.root == Some(due.root) && m.procedure == due.procedure;
    let open = |m: &&mut Mine| matches!(m.state.position, Position::Draft | Position::Returned);
    match mine.iter_mut().filter(theirs).find(open) {
        Some(m) => {
            m.due = m.due.or(Some(end_of_day(due.due)));
            true
        }
        None => false,
    }
}

/// 今すること, the most urgent first.
fn to_do(mine: &[Mine], owed: &[Owed], letters: &[Letter], now: OffsetDateTime) -> Markup {
    let mut tasks: BTreeMap<(OffsetDateTime, usize), ui::Task> = BTreeMap::new();
    for (at, due) in owed.iter().enumerate() {
        tasks.insert((end_of_day(due.due), mine.len() + at), due.task(now, jst::jst_date(now)));
    }
    for (at, m) in mine.iter().enumerate() {
        match m.state.position {
            Position::Returned => {
                let due = m.state.return_due.map(end_of_day).or(m.due).unwrap_or(now);
                tasks.insert(
                    (due, at),
                    ui::Task {
                        title: format!("{}を直して再提出する", name(m)),
                        href: Some(format!("/filings/{}", m.filing)),
                        hint: Some(format!("期限: {}（{}）", ui::date_time(due), ui::remaining(due - now))),
                        state: ui::chip(ui::Tone::Error, "対応が必要です"),
                    },
                );
            }
            Position::Draft => {
                let over = m.due.is_some_and(|due| now > due) && m.run.is_none();
                tasks.insert(
                    (m.due.unwrap_or(FAR), at),
                    ui::Task {
                        title: format!("{}の下書きを続ける", name(m)),
                        href: Some(format!("/filings/{}", m.filing)),
                        hint: m.due.map(|due| {
                            if over {
                                format!("受付は{}に締め切りました。下書きは残っています。", ui::date_time(due))
                            } else {
                                format!("締切: {}（{}）", ui::date_time(due), ui::remaining(due - now))
                            }
                        }),
                        state: if over {
                            ui::plain_chip("受付終了")
                        } else {
                            ui::chip(ui::Tone::Warn, "下書き")
                        },
                    },
                );
            }
            _ => {}
        }
    }
    let mut list: Vec<ui::Task> = tasks.into_values().collect();
    let unread: Vec<&Letter> = letters.iter().filter(|l| !l.read).collect();
    list.extend(unread.iter().take(UNREAD).map(|l| ui::Task {
        title: format!("「{}」を読む", l.title),
        href: Some(format!("/letters/{}", l.id)),
        hint: l.delivered_at.map(|at| format!("{} に届きました", ui::date_time(at))),
        state: ui::chip(ui::Tone::Info, "未読"),
    }));
    html! {
        section {
            h2 { "今すること" }
            @if let Some(more) = unread.len().checked_sub(UNREAD).filter(|more| *more > 0) {
                @let all = format!("未読の通知書がほかに{more}通あります");
                (ui::task_list(&{ list.push(ui::Task { title: all, href: Some("/letters".into()), hint: None, state: ui::chip(ui::Tone::Info, "未読") }); list }))
            } @else if list.is_empty() {
                (ui::empty("今、対応が必要なことはありません", &html! { p { "新しいお知らせや期限があるときは、ここに表示し、メールでもお知らせします。" } }))
            } @else { (ui::task_list(&list)) }
        }
    }
}

/// The last second of a day in Japan.
pub(crate) fn end_of_day(day: time::Date) -> OffsetDateTime {
    jst::start_of_day(day) + time::Duration::days(1) - time::Duration::SECOND
}

/// As many unread letters stand among what is to be done; the others are one line.
const UNREAD: usize = 3;

/// What has no due date comes after what has one.
const FAR: OffsetDateTime = time::macros::datetime!(9999-12-31 0:00 UTC);

fn name(m: &Mine) -> String {
    if let Some(run) = &m.run {
        return if m.title.is_empty() { run.clone() } else { format!("{run}（「{}」）", m.title) };
    }
    if m.title.is_empty() { format!("{}の{}", m.round, m.opening) } else { format!("「{}」", m.title) }
}

fn waiting(mine: &[Mine]) -> Markup {
    // Later procedures stand on the page of their case.
    let list: Vec<&Mine> =
        mine.iter().filter(|m| m.run.is_none() && !matches!(m.state.position, Position::Draft)).collect();
    html! {
        section {
            h2 { "申請の状況" }
            @if list.is_empty() { (ui::empty("提出した申請はありません", &html! { p { "提出すると、審査の段階がここに表示されます。" } })) }
            @for m in list {
                (ui::panel(&name(m), &html! {
                    (ui::facts(&[
                        ("状況", html! { @match &m.standing { Some(standing) => strong { (standing) }, None => { strong { (m.word) } " " (m.sentence) } } }),
                        ("公募回", html! { (m.round) }),
                        ("受付番号", html! { (m.number.as_deref().unwrap_or("—")) }),
                        ("最終更新", html! { (ui::date_time(m.changed_at)) }),
                    ]))
                    @let more = ui::link_button("詳しく見る", format!("/cases/{}", m.case)).outline().about(name(m));
                    @if m.state.life.standing.is_empty() || m.state.position != Position::Closed { (ui::buttons(&[more])) }
                    @else { (ui::buttons(&[ui::link_button("案件の状態と手続", format!("/cases/{}/procedures", m.case)).about(name(m)), more])) }
                }))
            }
        }
    }
}

fn may_start(open: &[(&Round, String)], mine: &[Mine], now: OffsetDateTime, entry: bool, csrf: &str) -> Markup {
    html! {
        section {
            h2 { "始められる手続" }
            @if open.is_empty() { (ui::empty("始められる手続はありません", &html! { p { "受付中の公募はありません。" a href="/rounds" { "公募回の一覧" } "をご覧ください。" } })) }
            @for (round, opening) in open {
                @let live = mine.iter().any(|m| m.run.is_none() && m.round == round.title && m.state.position != Position::Withdrawn);
                (ui::panel(&format!("{opening}（{}）", round.title), &html! {
                    (ui::facts(&[
                        ("締切", ui::deadline(round.closes, now)),
                    ]))
                    @if entry {
                        p { "GビズIDエントリーでは申請を始められません。GビズIDプライムを取得してからログインしてください。" }
                    } @else if live {
                        p { "この公募回の申請は、すでに始めています。" }
                    } @else {
                        form method="post" action={ "/me/start?round=" (round.public_id) } {
                            (ui::csrf_field(csrf))
                            input type="hidden" name="round" value=(round.public_id);
                            (ui::buttons(&[ui::button("申請を始める").about(&round.title)]))
                        }
                        @if now < round.opens { p class="note" { "受付開始前でも下書きを作成できます。提出は" (ui::date_time(round.opens)) "からです。" } }
                    }
                }))
            }
        }
    }
}

fn all_letters(letters: &[Letter]) -> Markup {
    let mut table = ui::data_table("通知書", vec![ui::column("通知書"), ui::column("交付日時"), ui::column("状態")])
        .empty(html! { "通知書はまだありません。" });
    for l in letters {
        table = table.row(vec![
            html! { a href={ "/letters/" (l.id) } { (l.title) } },
            html! { @if let Some(at) = l.delivered_at { (ui::date_time(at)) } },
            html! { @if l.read { (ui::plain_chip("既読")) } @else { (ui::chip(ui::Tone::Info, "未読")) } },
        ]);
    }
    html! { section { h2 { "通知書" } (table.quiet_caption().stacks()) } }
}
