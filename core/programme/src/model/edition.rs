//! 版: everything one round says, immutable once published.

use crate::lang::types::Type;
use crate::model::example::Example;
use crate::model::flow::Flow;
use crate::model::form::{FieldType, Form};
use crate::model::letter::LetterSpec;
use crate::model::life::{Basis, LifePlan, ObligationRule, Starts};
use crate::model::rules::{Rules, Severity};
use crate::model::sheets::{Checklist, ScoreSheet};
use crate::model::tables::{ChoiceList, DecisionTable};
use crate::source::{Place, SourceFiles};
use crate::value::Value;
use hojo_words::{BusinessCalendar, Clause};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use time::OffsetDateTime;

/// 版.
#[derive(Debug, Clone)]
pub struct Edition {
    /// `shinjigyo-monodukuri/2026-r1`.
    pub id: String,
    /// `major.minor`: minor versions roll open cases forward.
    pub version: String,
    pub title: String,
    pub programme: Programme,
    pub guidelines: Guidelines,
    /// Name → moment; `applications_open`, `applications_close`, ….
    pub dates: IndexMap<String, OffsetDateTime>,
    pub choices: IndexMap<String, Arc<ChoiceList>>,
    pub settings: IndexMap<String, Setting>,
    pub tables: IndexMap<String, Arc<DecisionTable>>,
    /// Fact path → type: what the kernel may know.
    pub facts: IndexMap<String, Type>,
    /// 案件の一生; an edition that ends with its application has none.
    pub life: Option<Arc<LifePlan>>,
    /// Answers of earlier filings that later procedures read: procedure → field → type.
    pub filed: IndexMap<String, IndexMap<String, Type>>,
    /// Where each of them is declared: `application.employees` → place.
    pub filed_places: IndexMap<String, Place>,
    pub obligations: Vec<ObligationRule>,
    pub calendar: BusinessCalendar,
    /// 条項の索引: clause → title; empty when the edition has no `clauses.yaml`.
    pub clauses: IndexMap<String, String>,
    pub procedures: IndexMap<String, Arc<Procedure>>,
    /// Fact paths in the order of their slots.
    pub(crate) globals: Arc<crate::lang::Globals>,
    /// 64 hex digits over the source.
    pub hash: String,
    pub source: SourceFiles,
}

/// 補助事業(制度).
#[derive(Debug, Clone, Default)]
pub struct Programme {
    pub id: String,
    pub title: String,
    pub short_title: String,
    /// Every other text of `programme.yaml`, by dotted path: `office`, `contact.telephone`.
    pub texts: IndexMap<String, String>,
}

/// 公募要領・交付規程.
#[derive(Debug, Clone, Default)]
pub struct Guidelines {
    pub title: String,
    pub issue: String,
    pub published: Option<time::Date>,
}

/// 定数: a number the 公募要領 gives once.
#[derive(Debug, Clone)]
pub struct Setting {
    pub title: String,
    pub clause: Option<Clause>,
    pub ty: Type,
    pub value: Value,
    pub place: Place,
}

/// 手続.
#[derive(Debug, Clone)]
pub struct Procedure {
    /// Folder name: `application`.
    pub code: String,
    /// B01 and the like.
    pub number: String,
    pub title: String,
    pub description: String,
    /// The answers by which a case is called in lists.
    pub names: CaseNames,
    /// Who may begin it within a case, and when; none for what opens a case.
    pub starts: Option<Starts>,
    pub basis: Basis,
    pub form: Arc<Form>,
    pub rules: Rules,
    pub flow: Flow,
    pub checklist: Option<Checklist>,
    pub score_sheet: Option<ScoreSheet>,
    pub letters: IndexMap<String, Arc<LetterSpec>>,
    pub examples: Vec<Example>,
    /// Wordings the office chooses from when it returns a filing.
    pub remarks: Vec<RemarkWording>,
    /// Answered on a public page, never filed: it needs no flow.
    pub public: bool,
    /// Fact paths and letter names in the order of their slots.
    pub(crate) globals: Arc<crate::lang::Globals>,
}

/// 案件の呼び名: which fields give a case its title and its frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseNames {
    /// 事業計画名: a field of text.
    pub title: Option<String>,
    /// 申請枠: a field of one choice.
    pub frame: Option<String>,
    pub place: Place,
}

/// 指摘の文例.
#[derive(Debug, Clone)]
pub struct RemarkWording {
    pub id: String,
    pub title: String,
    pub severity: Severity,
    pub clause: Option<Clause>,
    /// Offered beside these answers.
    pub fields: Vec<crate::answers::FieldPath>,
    pub text: String,
    pub place: Place,
}

impl Edition {
    /// Does a condition hold with these facts alone? `None` while something it needs is unknown.
    pub fn holds(&self, condition: &crate::lang::Expr, facts: &crate::facts::Facts) -> Option<bool> {
        let globals = crate::read::globals::values(self, &self.globals, facts);
        let env = crate::lang::eval::Env { fields: &[], globals: &globals };
        crate::lang::eval::eval_top(&condition.node, env).as_bool()
    }

    pub fn procedure(&self, code: &str) -> Option<&Arc<Procedure>> {
        self.procedures.get(code)
    }

    /// The procedure that opens a case: the only one that is filed without one.
    pub fn opening(&self) -> Option<&Arc<Procedure>> {
        self.procedures.values().find(|p| p.starts.is_none() && !p.public)
    }

    /// 個別に発行する通知書: letters of a procedure that no step of its flow and no reminder sends, and that are neither a copy
    /// nor a form to take away.
    pub fn sent_by_hand<'e>(&'e self, procedure: &'e Procedure) -> impl Iterator<Item = &'e Arc<LetterSpec>> + 'e {
        let steps = procedure.flow.steps.values();
        let told = steps.flat_map(|step| {
            let returned = step.return_to_applicant.iter().filter_map(|rule| rule.letter.as_ref());
            step.letters.values().chain(returned)
        });
        let reminds = self.obligations.iter().flat_map(|rule| {
            let all = &rule.reminders;
            all.before.iter().chain(&all.after).chain(&all.last).filter_map(|remind| remind.letter.as_ref())
        });
        let reminded = reminds.filter(|(code, _)| *code == procedure.code).map(|(_, letter)| letter);
        let sent: BTreeSet<&String> = told.chain(reminded).collect();
        procedure.letters.values().filter(move |l| !l.is_copy() && !l.reference && !sent.contains(&l.id))
    }

    /// 申請枠: what applications compete in, or are called by, when the opening procedure names such a choice.
    pub fn frames(&self) -> Option<&Arc<ChoiceList>> {
        let opening = self.opening()?;
        match &opening.form.field(opening.names.frame.as_deref()?)?.kind {
            FieldType::Choice { list } => Some(list),
            _ => None,
        }
    }

    /// The word for a frame's key; the key itself where the edition does not know it.
    pub fn frame(&self, key: &str) -> String {
        self.frames().and_then(|list| list.options.get(key)).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// Procedures within a case, in the order of their numbers.
    pub fn within(&self) -> impl Iterator<Item = &Arc<Procedure>> {
        let mut found: Vec<&Arc<Procedure>> = self.procedures.values().filter(|p| p.starts.is_some()).collect();
        found.sort_by(|a, b| (&a.number, &a.code).cmp(&(&b.number, &b.code)));
        found.into_iter()
    }

    pub fn date(&self, name: &str) -> Option<OffsetDateTime> {
        self.dates.get(name).copied()
    }
}

impl Setting {
    /// The value as people read it: `30円`, `4%`.
    pub fn words(&self) -> String {
        crate::lang::format::words(&self.value, &self.ty, crate::lang::format::Dates::Plain)
    }
}
