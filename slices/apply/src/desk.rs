//! A filing on the desk: everything its pages need, loaded once and judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_access::{Access, Actor, Permit};
use hojo_case::{Channel, Party, Position, Refusal, Terms};
use hojo_db::{CaseRow, FilingDesk, FilingRow, Lowering, Mode, Tx};
use hojo_programme::{Answers, Edition, Facts, FieldPath, Form, Judgements, Opener, Procedure, Section, settle};
use hojo_web::ui::form::{Open, Places, Posted as Read, Scene, parse};
use hojo_web::{Cx, Fault};
use hojo_words::Now;
use hojo_words::ids::PublicId;
use uuid::Uuid;

use crate::attach::scan::{self, Held};
use crate::draft::{self, Draft};
use crate::judged::Judged;
use crate::returned::remarks::{self, Remark};
use crate::submissions::{self, Submitted};
use crate::way::Way;

/// A filing with its definitions, draft, facts and findings.
pub(crate) struct Desk {
    pub row: CaseRow,
    pub filing: FilingRow,
    pub way: Way,
    pub edition: Arc<Edition>,
    pub procedure: Arc<Procedure>,
    pub facts: Facts,
    pub lowered: Lowering,
    pub now: Now,
    pub draft: Draft,
    pub answers: Answers,
    pub judged: Judged,
    /// What may be typed in now.
    pub open: Open,
    /// What may differ from the submission when a returned filing is handed in again.
    pub may_differ: Open,
    /// Remarks to answer; empty unless the filing is returned.
    pub remarks: Vec<Remark>,
    pub on_fields: Vec<(FieldPath, String)>,
    /// The newest submission; loaded only for a returned filing.
    pub before: Option<Submitted>,
    /// Attached files that wait for the virus scanner or did not pass it, by hash.
    pub held: BTreeMap<String, Held>,
}

/// Loads the filing named in the address. The office reaches here only what it took in itself:
/// a draft the applicant types online is nobody else's to read.
pub(crate) async fn open<A: Access>(cx: &Cx<A>, tx: &mut Tx, mode: Mode) -> Result<(Permit<A>, Desk), Fault> {
    open_as(cx, tx, mode, Judged::of).await
}

/// As [`open`], for who changes the answers and judges them then: now they are only read.
pub(crate) async fn open_to_change<A: Access>(cx: &Cx<A>, tx: &mut Tx) -> Result<(Permit<A>, Desk), Fault> {
    open_as(cx, tx, Mode::Read, Judged::unjudged).await
}

type Judging = fn(&Edition, &Procedure, &Answers, &Facts, &Lowering) -> Judged;

async fn open_as<A: Access>(cx: &Cx<A>, tx: &mut Tx, mode: Mode, judging: Judging) -> Result<(Permit<A>, Desk), Fault> {
    let id: PublicId = cx.param("filing")?;
    if mode == Mode::Write {
        tx.filing::<A>(id, mode).await?;
    }
    let (permit, found) = tx.filing_desk::<A>(id).await?;
    let FilingDesk { row, filing, facts, lowered } = found;
    let root = if row.root.is_some() { Some(tx.root_of(&row).await?.public_id) } else { None };
    let way = Way { site: cx.site(), filing: filing.public_id, case: row.public_id, root };
    if way.on_behalf() && row.case.channel == Channel::Portal {
        return Err(Fault::NotFound);
    }
    let draft = draft::load(tx, filing.id).await?;
    let mut desk = lay_out(tx, FilingDesk { row, filing, facts, lowered }, way, draft, judging).await?;
    if cx.vault().quarantines() {
        desk.held = scan::held(tx, &desk.answers).await?;
    }
    Ok((permit, desk))
}

async fn lay_out(tx: &mut Tx, found: FilingDesk, way: Way, draft: Draft, judging: Judging) -> Result<Desk, Fault> {
    let FilingDesk { row, filing, facts, lowered } = found;
    let edition = tx.edition(&filing.edition).await?;
    let procedure = edition.procedure(&filing.procedure).cloned();
    let procedure =
        procedure.ok_or_else(|| Fault::Internal(format!("edition {} lost {}", filing.edition, filing.procedure)))?;
    let now = tx.now().await?;
    let answers = draft.answers();
    // What may be changed in a returned filing follows from its findings too.
    let judging = if row.position() == Position::Returned { Judged::of } else { judging };
    let judged = judging(&edition, &procedure, &answers, &facts, &lowered);
    let mut desk = Desk {
        row,
        filing,
        way,
        edition,
        procedure,
        facts,
        lowered,
        now,
        draft,
        answers,
        judged,
        open: Open::Nothing,
        may_differ: Open::All,
        remarks: Vec::new(),
        on_fields: Vec::new(),
        before: None,
        held: BTreeMap::new(),
    };
    match desk.row.position() {
        Position::Draft => desk.open = Open::All,
        Position::Returned => {
            desk.remarks = remarks::pending(tx, desk.filing.id).await?;
            desk.on_fields = remarks::on_fields(&desk.remarks);
            desk.before = submissions::newest(tx, desk.filing.id).await?;
            desk.reopen();
        }
        _ => {}
    }
    Ok(desk)
}

impl Desk {
    /// A procedure of a case that was begun in its time is handed in in its time too; what was returned is only mended.
    pub async fn in_its_time(&self, tx: &mut Tx) -> Result<Result<(), Refusal>, Fault> {
        let opener = Opener::parse(&self.row.opener);
        let (Some(opener), true) = (opener, self.row.root.is_some() && self.row.case.submissions == 0) else {
            return Ok(Ok(()));
        };
        let view = tx.life(&self.row).await?;
        Ok(view.may_file(&self.facts, &self.procedure, opener))
    }

    /// Answers changed: reads and judges them anew.
    pub fn take(&mut self, answers: Answers) {
        self.judged = Judged::of(&self.edition, &self.procedure, &answers, &self.facts, &self.lowered);
        self.answers = answers;
        if self.row.position() == Position::Returned {
            self.reopen();
        }
    }

    fn reopen(&mut self) {
        let form = &self.procedure.form;
        let Some(before) = &self.before else {
            (self.open, self.may_differ) = (Open::All, Open::All);
            return;
        };
        let judged = |answers: &Answers, facts: &Facts| {
            Judged::of(&self.edition, &self.procedure, answers, facts, &self.lowered)
        };
        let mut then = submissions::facts_then(form, &before.answers, &self.facts);
        let read_then = judged(&before.answers, &then).reading;
        let Some(opened) = remarks::opened(form, &self.remarks, &read_then, &self.judged.reading) else {
            (self.open, self.may_differ) = (Open::All, Open::All);
            return;
        };
        // What is shut is judged as of the moment it was handed in: nobody is stopped by what nobody may change.
        then.now = Now::new(before.filed_at);
        let (unchanged, earlier) = (judged(&before.answers, &self.facts), judged(&self.answers, &then));
        let by = Judgements { before: &unchanged.findings, then: &earlier.findings };
        let settled = settle(form, &opened, std::mem::take(&mut self.judged.findings), by);
        self.judged.findings = settled.findings;
        self.judged.outgrown = settled.outgrown;
        self.may_differ = remarks::with_what_stops(opened, &self.judged);
        self.open = remarks::to_type_in(form, &self.may_differ, &before.answers, &self.answers);
    }

    pub fn form(&self) -> &Form {
        &self.procedure.form
    }

    pub fn is_editable(&self) -> bool {
        self.row.position().is_editable()
    }

    /// A procedure after adoption, which belongs to a case that goes on.
    pub fn is_run(&self) -> bool {
        self.way.root.is_some()
    }

    /// Begun by the office of its own motion and not returned to the applicant yet, who sees nothing of it.
    pub fn is_own_motion(&self) -> bool {
        self.row.opener == Opener::Office.as_str()
    }

    pub fn is_returned(&self) -> bool {
        self.row.position() == Position::Returned
    }

    /// Opening and deadline for this applicant, and how the flow goes.
    pub async fn terms(&self, tx: &mut Tx) -> Result<Terms, Fault> {
        Ok(tx.terms(&self.procedure, self.row.round, self.row.applicant).await?)
    }

    /// A section that is shown now, by its id.
    pub fn section(&self, id: &str) -> Result<(usize, &Section), Fault> {
        let found = self.form().sections.iter().enumerate().find(|(_, s)| s.id == id);
        found.ok_or(Fault::NotFound)
    }

    /// The section in which a field stands.
    pub fn section_of(&self, field: &str) -> Option<&Section> {
        let slot = *self.form().slots.get(field)?;
        self.form().sections.iter().find(|s| s.fields.contains(&slot))
    }

    /// Sections shown now, with their index.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Section)> {
        let sections = self.form().sections.iter().enumerate();
        sections.filter(|(at, _)| self.judged.reading.is_section_shown(*at))
    }

    pub fn scene<'a>(&'a self, places: &'a dyn Places, missing: bool) -> Scene<'a> {
        Scene {
            form: self.form(),
            answers: &self.answers,
            reading: &self.judged.reading,
            slips: &self.judged.slips,
            findings: &self.judged.findings,
            remarks: &self.on_fields,
            open: &self.open,
            missing,
            examiner: false,
            places,
        }
    }

    /// What a post of one section means.
    pub fn read(&self, section: usize, pairs: &[(String, String)]) -> Read {
        let known = |field: &hojo_programme::Field| self.judged.reading.is_prefilled(&field.id);
        parse(self.form(), section, &self.open, &known, &self.answers, pairs)
    }
}

/// Who acts, for `decide`.
pub(crate) fn party(actor: &Actor) -> Party {
    match actor {
        Actor::Staff(s) => Party::Staff(s.staff),
        Actor::Applicant(_) => Party::Applicant,
        Actor::Anyone | Actor::Reviewer(_) | Actor::Worker => Party::System,
    }
}

/// The person who saves or sends.
pub(crate) fn person<A: Access>(cx: &Cx<A>) -> Result<Uuid, Fault> {
    cx.actor().id().ok_or(Fault::NotFound)
}

/// Ends a page's reading and, at the office, writes down who saw whose application.
pub(crate) async fn seen<A: Access>(cx: &Cx<A>, tx: Tx, desk: &Desk) -> Result<(), Fault> {
    tx.commit().await?;
    if desk.way.on_behalf() {
        cx.log_access(&desk.row).await?;
    }
    Ok(())
}
