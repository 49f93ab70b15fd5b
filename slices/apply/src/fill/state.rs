//! How far a section is. Counted from what was read and judged, never kept.

use hojo_programme::{Field, Severity};
use hojo_web::ui::{Chip, Tone, chip, plain_chip};

use crate::desk::Desk;
use crate::draft;

/// 節の状態.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SectionState {
    /// Nothing typed yet.
    Empty,
    /// So many answers are missing.
    Going(usize),
    /// So many places to mend.
    Mend(usize),
    Done,
    /// Returned, and nothing is open here.
    Closed,
    /// Returned, with so many remarks here.
    Remarked(usize),
}

impl SectionState {
    pub fn chip(self) -> Chip {
        match self {
            Self::Empty => plain_chip("未入力"),
            Self::Going(_) => chip(Tone::Info, "入力中"),
            Self::Mend(_) => chip(Tone::Error, "直すところがあります"),
            Self::Done => chip(Tone::Success, "入力済み"),
            Self::Closed => plain_chip("変更できません"),
            Self::Remarked(_) => chip(Tone::Warn, "指摘があります"),
        }
    }

    pub fn hint(self) -> Option<String> {
        match self {
            Self::Going(n) => Some(format!("未入力の必須項目が{n}件あります")),
            Self::Mend(n) => Some(format!("{n}件")),
            Self::Remarked(n) => Some(format!("指摘{n}件")),
            Self::Closed => Some("指摘がないため、変更できません".to_owned()),
            Self::Empty | Self::Done => None,
        }
    }
}

/// The state of a section (by index).
pub(crate) fn section_state(desk: &Desk, at: usize) -> SectionState {
    let fields: Vec<&Field> = fields(desk, at).collect();
    let here = |id: &str| fields.iter().any(|f| f.id == id);
    let slips = desk.judged.slips.iter().filter(|s| here(&s.path.field));
    let (missing, wrong): (Vec<_>, Vec<_>) = slips.partition(|s| s.code.is_missing());
    // A rule that reads many fields is counted once, where its first field stands.
    let stops = desk.judged.findings.iter().filter(|f| f.severity == Severity::Stop);
    let stopping = stops.filter(|f| f.fields.first().is_some_and(|p| here(&p.field))).count();
    let mend = wrong.len() + stopping;
    if desk.is_returned() {
        let remarks = desk.on_fields.iter().filter(|(p, _)| here(&p.field)).count();
        if remarks > 0 {
            return SectionState::Remarked(remarks);
        }
        if !fields.iter().any(|f| desk.open.touches(&f.id)) {
            return SectionState::Closed;
        }
    }
    let typed = fields.iter().any(|f| desk.answers.get(&f.id).is_some_and(|raw| !draft::is_blank(raw)));
    match (mend, missing.len()) {
        (0, 0) => SectionState::Done,
        (0, _) if !typed => SectionState::Empty,
        (0, n) => SectionState::Going(n),
        (n, _) => SectionState::Mend(n),
    }
}

fn fields(desk: &Desk, at: usize) -> impl Iterator<Item = &Field> {
    let slots = desk.form().sections.get(at).map_or(&[][..], |s| s.fields.as_slice());
    slots.iter().filter_map(|slot| desk.form().fields.get(*slot)).map(AsRef::as_ref)
}
