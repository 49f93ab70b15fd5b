//! Complete answers from the edition's own examples, with texts as long as people write them.

use anyhow::{Context, ensure};
use hojo_programme::{
    Answers, Edition, Example, Facts, FieldType, FileRef, Form, Procedure, Raw, Severity, judge, read,
};
use hojo_words::Now;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// The procedure of the benches.
pub const APPLICATION: &str = "application";
/// Characters a text is brought to, if its field takes as many.
const TEXT: usize = 280;

/// One set of complete answers.
pub struct Set {
    pub answers: Answers,
    pub frame: String,
    pub requested: i64,
    /// By section, in the form's order.
    pub sections: Vec<(String, Answers)>,
}

/// A file every draft has attached: the same few bytes of the vault under many names.
#[derive(Clone)]
pub struct Blob {
    pub sha256: String,
    pub size: u64,
}

/// The sets of an edition, and the moment they are complete at.
pub struct Sets {
    pub list: Vec<Set>,
    pub now: OffsetDateTime,
}

/// What the accounts of the benches say about their companies.
pub fn claims() -> Value {
    serde_json::json!({
        "representative": "見本 太郎", "prefecture": "13", "address": "東京都千代田区霞が関一丁目3番1号",
    })
}

impl Sets {
    /// # Errors
    /// When the edition has no complete example, or one is not complete under the facts of the benches.
    pub fn of(edition: &Edition, blobs: &[Blob]) -> anyhow::Result<Self> {
        let procedure = edition.procedure(APPLICATION).context("the edition has no application")?;
        let complete: Vec<&Example> = procedure.examples.iter().filter(|e| is_complete(e)).collect();
        let now = complete.first().and_then(|e| e.now).context("no complete example says when it is")?;
        let mut list = Vec::new();
        for example in complete {
            let mut answers = example.answers.clone();
            lengthen(&procedure.form, &mut answers);
            attach(&mut answers, blobs);
            let facts = facts(edition, now);
            let (reading, slips) = read(edition, procedure, &answers, &facts);
            let stopped = judge(edition, procedure, &reading, &facts).iter().any(|f| f.severity == Severity::Stop);
            if stopped || !slips.is_empty() {
                continue;
            }
            let requested = reading.value("requested").as_yen().context("an example requests nothing")?.get();
            list.push(Set {
                frame: answers.text("frame").to_owned(),
                sections: split(&procedure.form, &answers),
                requested,
                answers,
            });
        }
        ensure!(list.len() > 2, "only {} examples of the edition are complete under the benches' facts", list.len());
        Ok(Self { list, now })
    }

    /// The set of application `n`.
    pub fn at(&self, n: usize) -> Option<&Set> {
        self.list.get(n.checked_rem(self.list.len())?)
    }
}

fn is_complete(e: &Example) -> bool {
    let quiet = e.expect.findings.as_ref().is_some_and(|f| f.stop.is_empty() && f.ask.is_empty() && f.note.is_empty());
    let company = matches!(e.facts.get("account.kind"), Some(Raw::Text(kind)) if kind == "corporation");
    quiet && company && e.expect.slips.as_ref().is_some_and(|s| s.is_empty())
}

/// The facts the site knows of every company of the benches.
pub fn facts(edition: &Edition, now: OffsetDateTime) -> Facts {
    let day = |name: &str| edition.date(name).map(|at| hojo_words::jst::jst_date(at).to_string()).unwrap_or_default();
    let mut facts = Facts::new(Now::new(now))
        .with("round.applications_open", day("applications_open"))
        .with("round.applications_close", day("applications_close"))
        .with("account.kind", "corporation")
        .with("account.type", "prime")
        .with("account.name", name(1))
        .with("account.corporate_number", number(1));
    if let Value::Object(all) = claims() {
        for (key, value) in all {
            facts = facts.with(&format!("account.{key}"), value.as_str().unwrap_or_default());
        }
    }
    facts
}

/// The name of company `n`.
pub fn name(n: u32) -> String {
    const FIRST: [&str; 12] =
        ["見本", "青葉", "北斗", "みなと", "富士見", "髙橋", "東都", "さくら", "南海", "中央", "旭", "光洋"];
    const LAST: [&str; 9] = ["精機", "製作所", "工業", "食品", "印刷", "電子", "木工", "化成", "繊維"];
    let pick = |list: &[&'static str], at: u32| list.get(at as usize % list.len()).copied().unwrap_or_default();
    format!("株式会社{}{}{n}", pick(&FIRST, n), pick(&LAST, n / 7))
}

/// A corporate number with its check digit (法人番号の指定等に関する省令).
pub fn number(n: u32) -> String {
    let body = format!("{:012}", 100_000_000_000u64 + u64::from(n));
    let weighted = body.bytes().rev().enumerate().map(|(at, b)| u32::from(b - b'0') * if at % 2 == 0 { 1 } else { 2 });
    let check = 9 - weighted.sum::<u32>() % 9;
    format!("{check}{body}")
}

fn lengthen(form: &Form, answers: &mut Answers) {
    for field in &form.fields {
        let FieldType::Paragraph { limit } = &field.kind else { continue };
        let typed = answers.text(&field.id).to_owned();
        if typed.is_empty() {
            continue;
        }
        let room = TEXT.min(limit.saturating_sub(20));
        let long: String = typed.chars().cycle().take(room).collect();
        answers.set(&field.id, Raw::Text(long));
    }
}

fn attach(answers: &mut Answers, blobs: &[Blob]) {
    let wanted: Vec<String> =
        answers.0.iter().filter(|(_, raw)| matches!(raw, Raw::Files(_))).map(|(id, _)| id.clone()).collect();
    for (id, blob) in wanted.iter().zip(blobs.iter().cycle()) {
        let file = FileRef {
            file: hojo_words::ids::PublicId::from_bits(0).to_string(),
            name: format!("{id}.pdf"),
            size: blob.size,
            sha256: blob.sha256.clone(),
            media_type: "application/pdf".into(),
            pages: Some(1),
        };
        answers.set(id, Raw::Files(vec![file]));
    }
}

fn split(form: &Form, answers: &Answers) -> Vec<(String, Answers)> {
    let of = |slots: &[usize]| {
        let fields = slots.iter().filter_map(|slot| form.fields.get(*slot));
        Answers(fields.filter_map(|f| Some((f.id.clone(), answers.get(&f.id)?.clone()))).collect())
    };
    form.sections.iter().map(|s| (s.id.clone(), of(&s.fields))).collect()
}

/// The files of one application with ids of their own, as a patch of its answers.
pub fn own_files(answers: &Answers, id: impl Fn(usize) -> String) -> Value {
    let mut patch = Map::new();
    for (at, (field, raw)) in answers.0.iter().filter(|(_, raw)| matches!(raw, Raw::Files(_))).enumerate() {
        let Raw::Files(files) = raw else { continue };
        let own: Vec<FileRef> = files.iter().map(|f| FileRef { file: id(at), ..f.clone() }).collect();
        patch.insert(field.clone(), serde_json::to_value(own).unwrap_or(Value::Null));
    }
    Value::Object(patch)
}

/// What a browser posts for one section: typed fields only, in the order of the form.
pub fn pairs(procedure: &Procedure, section: &str, answers: &Answers) -> Vec<(String, String)> {
    let form = &procedure.form;
    let Some(section) = form.sections.iter().find(|s| s.id == section) else { return Vec::new() };
    let mut out = Vec::new();
    for field in section.fields.iter().filter_map(|slot| form.fields.get(*slot)) {
        match answers.get(&field.id) {
            Some(Raw::Text(text)) => out.push((field.id.clone(), text.clone())),
            Some(Raw::Many(many)) => {
                out.push(("_has".into(), field.id.clone()));
                out.extend(many.iter().map(|value| (field.id.clone(), value.clone())));
            }
            Some(Raw::Rows(rows)) => {
                out.push(("_has".into(), field.id.clone()));
                for (at, row) in rows.iter().enumerate() {
                    for (column, cell) in row {
                        if let Raw::Text(text) = cell {
                            out.push((format!("{}[{at}].{column}", field.id), text.clone()));
                        }
                    }
                }
            }
            Some(Raw::Files(_)) | None => {}
        }
    }
    out
}

/// SHA-256 in hexadecimal.
pub fn hex_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_their_check_digit() {
        // 法人番号の検査用数字: the example of the National Tax Agency's explanation.
        let check = |body: &str| {
            let sum: u32 = body
                .bytes()
                .rev()
                .enumerate()
                .map(|(at, b)| u32::from(b - b'0') * if at % 2 == 0 { 1 } else { 2 })
                .sum();
            9 - sum % 9
        };
        assert_eq!(check("700110005901"), 8);
        assert!(number(1).starts_with(&check("100000000001").to_string()));
        assert_eq!(number(42).len(), 13);
    }
}
