//! Answers of invented companies: the edition's own complete examples, with names, amounts and words
//! of their own. Judged before they are used, so a change of the rules is met here and not in a page.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use hojo_gbizid::{CorpKind, Identity};
use hojo_programme::{Answers, Edition, Example, Facts, Procedure, Raw, RawRow, Severity, judge, read};
use time::{Date, Month};

use super::dice::Dice;
use super::texts::{GLOBAL, INNOVATION, NEW_BUSINESS, SOLE, Theme};

/// The procedure applications are made with.
pub const APPLICATION: &str = "application";

/// Makes complete answers under one edition.
pub struct Writer<'e> {
    edition: &'e Edition,
    procedure: &'e Procedure,
}

impl<'e> Writer<'e> {
    /// # Errors
    /// When the edition has no application.
    pub fn new(edition: &'e Edition) -> anyhow::Result<Self> {
        let procedure = edition.procedure(APPLICATION).context("the edition has no application")?;
        Ok(Self { edition, procedure })
    }

    /// The definition the answers are for.
    #[must_use]
    pub fn procedure(&self) -> &'e Procedure {
        self.procedure
    }

    /// An example whose answers leave nothing to say, for this frame and kind of applicant.
    fn base(&self, frame: &str, sole: bool) -> anyhow::Result<&'e Example> {
        let kind = if sole { "sole_proprietor" } else { "company" };
        let complete = |e: &&Example| {
            let quiet =
                e.expect.findings.as_ref().is_some_and(|f| f.stop.is_empty() && f.ask.is_empty() && f.note.is_empty());
            quiet && e.expect.slips.as_ref().is_some_and(|s| s.is_empty())
        };
        let found = self
            .procedure
            .examples
            .iter()
            .filter(complete)
            .find(|e| e.answers.text("frame") == frame && e.answers.text("entity") == kind);
        found.with_context(|| format!("the edition has no complete example of {frame} for a {kind}"))
    }

    /// Complete answers of one company, without a slip and without a rule that stops it.
    ///
    /// # Errors
    /// When they do not hold under the edition's rules: the invention must be mended.
    pub fn complete(
        &self,
        who: &Identity,
        facts: &Facts,
        closes: Date,
        frame: &str,
        dice: &mut Dice,
    ) -> anyhow::Result<Answers> {
        let sole = who.corp == Some(CorpKind::SoleProprietor);
        let frame = if sole { "innovation" } else { frame };
        let mut a = self.base(frame, sole)?.answers.clone();
        company(&mut a, who, sole, dice);
        unknown(&mut a, who, facts);
        years(&mut a, closes)?;
        figures(&mut a, sole, dice)?;
        let theme = theme(frame, sole, who.name.as_deref().unwrap_or_default(), dice);
        words(&mut a, &theme, frame);
        expenses(&mut a, &theme, dice)?;
        self.fund(&mut a, facts, dice)?;
        if dice.chance(40) {
            bonus(&mut a, frame);
        }
        self.prove(&a, facts, who)?;
        Ok(a)
    }

    /// Money must come from somewhere, to the yen.
    fn fund(&self, a: &mut Answers, facts: &Facts, dice: &mut Dice) -> anyhow::Result<()> {
        let (reading, _) = read(self.edition, self.procedure, a, facts);
        let yen = |field: &str| {
            let value = reading.value(field).as_yen();
            value
                .map(hojo_words::Yen::get)
                .with_context(|| format!("{field} cannot be calculated: {:?}", reading.value(field)))
        };
        let (gross, requested) = (yen("gross_total")?, yen("requested")?);
        let loans = a.text("fund_loan") != "0";
        let share = if loans { i64::try_from(dice.between(3, 7))? } else { 0 };
        let part = |whole: i64| whole / 10 * share / 100_000 * 100_000;
        let (loan, bridge) = (part(gross - requested), part(requested));
        for (field, amount) in [
            ("fund_loan", loan),
            ("fund_own", gross - requested - loan),
            ("bridge_loan", bridge),
            ("bridge_own", requested - bridge),
        ] {
            a.set(field, text(amount));
        }
        Ok(())
    }

    fn prove(&self, a: &Answers, facts: &Facts, who: &Identity) -> anyhow::Result<()> {
        let (reading, slips) = read(self.edition, self.procedure, a, facts);
        // Examples carry no files; the draft gets them when it is typed in.
        let slips: Vec<String> = slips
            .iter()
            .filter(|s| !s.path.field.starts_with("att_"))
            .map(|s| format!("{} {:?}", s.path, s.code))
            .collect();
        ensure!(slips.is_empty(), "{}: the invented answers have slips: {}", who.sub, slips.join(", "));
        let found = judge(self.edition, self.procedure, &reading, facts);
        if let Some(f) = found.iter().find(|f| f.severity == Severity::Stop) {
            bail!("{}: the invented answers are stopped by {}: {}", who.sub, f.code, f.applicant);
        }
        Ok(())
    }
}

fn text(amount: i64) -> Raw {
    Raw::Text(amount.to_string())
}

/// A plan that suits the trade the name speaks of, or one that suits anybody.
fn theme(frame: &str, sole: bool, name: &str, dice: &mut Dice) -> Theme {
    let list = match (sole, frame) {
        (true, _) => SOLE,
        (_, "new_business") => NEW_BUSINESS,
        (_, "global") => GLOBAL,
        _ => INNOVATION,
    };
    let at_home: Vec<Theme> =
        list.iter().filter(|t| t.trades.iter().any(|trade| name.contains(trade))).copied().collect();
    let anybodys: Vec<Theme> = list.iter().filter(|t| t.trades.is_empty()).copied().collect();
    let fitting = [at_home, anybodys, list.to_vec()].into_iter().find(|l| !l.is_empty()).unwrap_or_default();
    dice.pick(&fitting)
}

/// Who it is, as far as GビズID does not say it.
pub(super) fn company(a: &mut Answers, who: &Identity, sole: bool, dice: &mut Dice) {
    let r = &who.representative;
    let join = |last: &Option<String>, first: &Option<String>| {
        let parts = [last.as_deref(), first.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let (name, kana) = (join(&r.last, &r.first), join(&r.last_kana, &r.first_kana));
    let address = [who.prefecture.as_ref().map(|p| p.name.as_str()), who.address1.as_deref(), who.address2.as_deref()];
    let address: String = address.into_iter().flatten().collect();
    let or = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    let (name, kana, address) =
        (or(name, "見本 太郎"), or(kana, "ミホン タロウ"), or(address, "東京都千代田区霞が関1丁目"));
    let number = dice.between(1_000, 9_999);
    a.set("phone", Raw::from(who.user.phone.clone().unwrap_or_else(|| format!("03-0000-{number}"))));
    if let Some(code) = &who.user.post_code {
        a.set("postal_code", Raw::from(code.clone()));
    }
    a.set("name_kana", Raw::from(if sole { "ヤゴウ ミホン".to_owned() } else { format!("カブシキガイシャ {kana}") }));
    let (clerk, role) = (
        dice.pick(&["井上 彩", "木村 大地", "山本 志保", "野口 健", "坂本 里奈"]),
        dice.pick(&["総務部長", "経営企画室長", "管理課長"]),
    );
    a.set("contact_name", Raw::from(clerk));
    a.set("contact_post", Raw::from(role));
    a.set("contact_email", Raw::from(format!("soumu-{}@demo.example", who.sub)));
    a.set("contact_phone", Raw::from(format!("050-0000-{number}")));
    a.set("fund_manager", Raw::from(dice.pick(&["渡辺 直樹", "中村 千晶", "小林 正和"])));
    a.set("founded_on", Raw::from(format!("{}-{:02}-01", dice.between(1958, 2018), dice.between(1, 12))));
    if !sole {
        let capital = dice.pick(&[3_000_000, 5_000_000, 10_000_000, 20_000_000, 30_000_000, 48_000_000]);
        a.set("capital", text(capital));
    }
    edit_rows(a, "officers", |at, row| {
        if at == 0 {
            row.insert("officer_name".into(), Raw::from(name.clone()));
            row.insert("officer_kana".into(), Raw::from(kana.clone()));
            if let Some(day) = who.birthday {
                row.insert("officer_birthday".into(), Raw::from(day.to_string()));
            }
        }
    });
    edit_rows(a, "shareholders", |at, row| {
        row.insert("holder_address".into(), Raw::from(address.clone()));
        if at == 0 {
            row.insert("holder_name".into(), Raw::from(name.clone()));
        }
    });
}

/// What the form asks because no account has said it: an application that came on paper.
pub(super) fn unknown(a: &mut Answers, who: &Identity, facts: &Facts) {
    let r = &who.representative;
    let name: String = [&r.last, &r.first].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let prefecture = who.prefecture.as_ref();
    let city: String = [&who.address1, &who.address2].into_iter().flatten().cloned().collect();
    let address = format!("{}{city}", prefecture.map(|p| p.name.as_str()).unwrap_or_default());
    for (field, path, value) in [
        ("representative", "account.representative", name),
        ("prefecture", "account.prefecture", prefecture.map(|p| p.code.clone()).unwrap_or_default()),
        ("address", "account.address", address),
    ] {
        if facts.text(path).is_none() && !value.is_empty() {
            a.set(field, Raw::from(value));
        }
    }
}

/// Settled accounts end in the last March that is closed when the round closes.
fn years(a: &mut Answers, closes: Date) -> anyhow::Result<()> {
    let last = if closes.month() >= Month::June { closes.year() } else { closes.year() - 1 };
    edit_rows(a, "accounts", |at, row| {
        let year = if at == 0 { last - 1 } else { last };
        row.insert("closing".into(), Raw::from(format!("{year}-03")));
    });
    let until = Date::from_calendar_date(closes.year() + 2, Month::March, 31)?;
    a.set("action_plan_until", Raw::from(until.to_string()));
    Ok(())
}

/// Columns that hold yen, and grow or shrink together.
const MONEY: [&str; 14] = [
    "sales",
    "operating_profit",
    "ordinary_profit",
    "net_profit",
    "labour_cost",
    "depreciation",
    "investment",
    "officer_pay",
    "bonus",
    "wages",
    "employee_pay",
    "project_sales",
    "project_value_added",
    "officer_bonus",
];

fn figures(a: &mut Answers, sole: bool, dice: &mut Dice) -> anyhow::Result<()> {
    // One factor for all: growth rates stay what the example's are.
    let tenths = i64::try_from(dice.between(5, 18))?;
    for table in ["accounts", "plan", "project"] {
        edit_rows(a, table, |_, row| {
            for column in MONEY {
                let Some(Raw::Text(held)) = row.get(column) else { continue };
                if let Ok(yen) = held.parse::<i64>() {
                    row.insert(column.into(), text(yen * tenths / 10));
                }
            }
        });
    }
    let employees = i64::try_from(if sole { dice.between(1, 5) } else { dice.between(6, 48) })?;
    a.set("employees", text(employees));
    a.set("roster_employees", text(employees));
    edit_rows(a, "accounts", |at, row| {
        row.insert("employees_number".into(), text((employees - i64::from(at == 0)).max(0)));
    });
    Ok(())
}

fn words(a: &mut Answers, theme: &Theme, frame: &str) {
    for (field, words) in [
        ("industry", theme.industry),
        ("target_industry", theme.industry),
        ("plan_title", theme.title),
        ("plan_summary", theme.summary),
        ("machine_names", theme.machine),
        ("text_background", theme.background),
        ("text_company_plan", theme.company_plan),
        ("text_actions", theme.actions),
        ("text_innovation", theme.innovation),
        ("text_market_effect", theme.market),
    ] {
        if !a.text(field).is_empty() {
            a.set(field, Raw::from(words));
        }
    }
    if frame == "new_business" {
        for (field, words) in [
            ("nb_existing", theme.background),
            ("nb_actions", theme.actions),
            ("nb_product_new", theme.innovation),
            ("nb_prospect", theme.market),
        ] {
            a.set(field, Raw::from(words));
        }
    }
    if frame == "global" {
        a.set("gl_market", Raw::from(theme.market));
    }
}

/// The first machine carries the theme's name; equipment costs more or less by one factor.
fn expenses(a: &mut Answers, theme: &Theme, dice: &mut Dice) -> anyhow::Result<()> {
    let tenths = i64::try_from(dice.between(8, 16))?;
    let mut wrong = None;
    edit_rows(a, "lines", |_, row| {
        let number = |column: &str| match row.get(column) {
            Some(Raw::Text(t)) => t.parse::<i64>().ok(),
            _ => None,
        };
        let (Some(price), Some(quantity), Some(gross), Some(eligible)) =
            (number("unit_price"), number("quantity"), number("gross"), number("eligible"))
        else {
            wrong = Some("an expense line of the example cannot be read");
            return;
        };
        let main = matches!(row.get("category"), Some(Raw::Text(c)) if c == "machinery" || c == "building");
        // Small expenses have limits of their own; only the equipment is larger or smaller.
        let price = if main { price * tenths / 10 / 10_000 * 10_000 } else { price };
        let is_taxed = gross > eligible;
        let eligible = price * quantity;
        row.insert("unit_price".into(), text(price));
        row.insert("eligible".into(), text(eligible));
        row.insert("gross".into(), text(if is_taxed { eligible / 10 * 11 } else { eligible }));
        let machine = matches!(row.get("category"), Some(Raw::Text(c)) if c == "machinery");
        if machine {
            row.insert("item".into(), Raw::from(theme.machine));
            row.insert("payee".into(), Raw::from(theme.payee));
        }
        let item = match row.get("item") {
            Some(Raw::Text(item)) => item.clone(),
            _ => String::new(),
        };
        row.insert("basis".into(), Raw::from(format!("{item} {quantity} × {price}円")));
    });
    wrong.map_or(Ok(()), |words| bail!(words))
}

/// A claim that needs no number and no file: the office looks it up itself.
fn bonus(a: &mut Answers, frame: &str) {
    let item = if frame == "new_business" { "growth_matching" } else { "wage" };
    let row: RawRow = [("bonus_item".to_owned(), Raw::from(item))].into();
    a.set("bonus_claims", Raw::Rows(vec![row]));
}

fn edit_rows(a: &mut Answers, table: &str, mut edit: impl FnMut(usize, &mut RawRow)) {
    let Some(Raw::Rows(rows)) = a.get(table) else { return };
    let mut rows = rows.clone();
    for (at, row) in rows.iter_mut().enumerate() {
        edit(at, row);
    }
    a.set(table, Raw::Rows(rows));
}

/// Facts as the database would give them, for trying answers without one.
#[must_use]
pub fn facts_of(who: &Identity, now: hojo_words::Now, opens: Date, closes: Date) -> Facts {
    let sole = who.corp == Some(CorpKind::SoleProprietor);
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    values.insert("account.kind", if sole { "sole_proprietor" } else { "corporation" }.into());
    values.insert("account.type", "prime".into());
    values.insert("account.name", who.name.clone().unwrap_or_default());
    if let Some(n) = &who.corporate_number {
        values.insert("account.corporate_number", n.to_string());
    }
    if let Some(p) = &who.prefecture {
        values.insert("account.prefecture", p.name.clone());
    }
    values.insert("account.representative", who.representative.last.clone().unwrap_or_default());
    values.insert("account.address", who.address1.clone().unwrap_or_default());
    values.insert("round.applications_open", opens.to_string());
    values.insert("round.applications_close", closes.to_string());
    values.into_iter().fold(Facts::new(now), |facts, (path, value)| facts.with(path, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::load;
    use crate::demo::people::Companies;
    use hojo_words::Now;
    use time::macros::{date, datetime};

    #[test]
    fn two_hundred_companies_of_two_seeds_apply_without_a_slip() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../programmes/shinjigyo-monodukuri/2026-r1");
        let edition = load(&dir).unwrap();
        let writer = Writer::new(&edition).unwrap();
        let mut titles = std::collections::BTreeSet::new();
        for seed in [1, 7] {
            let companies = Companies::new("http://localhost:8083/oauth/", 100, seed).unwrap();
            for n in 1..=100u64 {
                let who = companies.identity(&format!("demo-{n:05}")).unwrap();
                let facts = facts_of(
                    &who,
                    Now::new(datetime!(2026-11-22 00:00 UTC)),
                    date!(2026 - 11 - 02),
                    date!(2026 - 12 - 02),
                );
                let frame = ["innovation", "new_business", "global"][(n % 3) as usize];
                let mut dice = Dice::new(seed, "answers", n);
                let answers = writer.complete(&who, &facts, date!(2026 - 12 - 02), frame, &mut dice).unwrap();
                titles.insert(answers.text("plan_title").to_owned());
            }
        }
        assert!(titles.len() > 8, "{titles:?}");
    }
}
