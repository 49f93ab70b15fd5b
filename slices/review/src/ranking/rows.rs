//! Cases with their scores, bonus and deduction: the one source of the ranking and of every run.

use std::collections::{BTreeMap, BTreeSet};

use hojo_case::Position;
use hojo_db::Tx;
use hojo_programme::Answers;
use hojo_selection::{CaseScore, RunCase, Total, combine, granted_points};
use hojo_web::Fault;
use hojo_words::ids::{PublicId, RoundId};
use hojo_words::{Number, NumberProblem};
use serde::Deserialize;

use crate::assignments::Terms;
use crate::meaning::{About, Points};

/// A case and what it scored.
#[derive(Clone, Debug)]
pub struct Scored {
    pub public_id: PublicId,
    pub number: String,
    pub name: String,
    pub title: String,
    pub frame: String,
    pub prefecture: String,
    pub industry: String,
    pub requested: i64,
    /// Moment of the first complete application; text order is time order.
    pub filed_at: String,
    pub position: String,
    pub score: Option<CaseScore>,
    /// Sheets finalised, and wanted.
    pub sheets: u32,
    pub wanted: u32,
    pub bonus: Number,
    pub deduction: Number,
    /// Mean of the criterion that decides between equals.
    pub deciding: Number,
    /// The reviewers are too far apart.
    pub is_wide: bool,
    /// The points are of a hundred of each sheet's own maximum.
    pub of_hundred: bool,
}

/// What the office ruled on an item.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ruling {
    pub kind: String,
    pub code: String,
    pub granted: bool,
    #[serde(default)]
    pub reason: String,
}

/// Codes that count: what was claimed, unless ruled out, and what was granted.
pub fn granted(kind: &str, claims: &[String], rulings: &[Ruling]) -> Vec<String> {
    let mut codes: BTreeSet<String> = claims.iter().cloned().collect();
    for r in rulings.iter().filter(|r| r.kind == kind) {
        if r.granted {
            codes.insert(r.code.clone());
        } else {
            codes.remove(&r.code);
        }
    }
    codes.into_iter().collect()
}

/// Cases of a round in these positions, by number.
pub async fn scored(tx: &mut Tx, round: RoundId, positions: &[Position]) -> Result<Vec<Scored>, Fault> {
    let positions: Vec<String> = positions.iter().map(|p| p.code().to_owned()).collect();
    let editions = sqlx::query!(
        "select distinct edition_id from cases where round_id = $1 and root_id is null and position = any($2)",
        round.0,
        &positions
    )
    .fetch_all(tx.sql())
    .await?;
    let mut terms = BTreeMap::new();
    for e in editions {
        if let Some(t) = Terms::load(tx, &e.edition_id).await? {
            terms.insert(e.edition_id, t);
        }
    }
    let fields: Vec<String> = terms.values().flat_map(|t| t.meaning.fields()).collect();
    let rows = sqlx::query!(
        r#"select c.public_id, c.edition_id, coalesce(c.number, '') as "number!", c.applicant_name, c.title, c.frame,
                  coalesce(c.requested, 0) as "requested!", c.position,
                  coalesce((select to_char(min(s.filed_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                            from submissions s where s.case_id = c.id), '') as "filed_at!",
                  (select jsonb_object_agg(e.key, e.value) from
                      (select answers from submissions s where s.case_id = c.id order by s.filed_at desc, s.n desc limit 1) newest,
                      lateral jsonb_each(newest.answers) e where e.key = any($3)) as "answers?",
                  (select jsonb_agg(s.scores -> 'total' order by s.assignment_id)
                   from score_sheets s join assignments a on a.id = s.assignment_id
                   where s.case_id = c.id and a.state = 'finalised' and s.finalised_at is not null) as "totals?",
                  (select jsonb_agg(jsonb_build_object('kind', p.kind, 'code', p.code, 'granted', p.granted))
                   from point_rulings p where p.case_id = c.id) as "rulings?"
           from cases c where c.round_id = $1 and c.root_id is null and c.position = any($2) order by c.number, c.id limit 50000"#,
        round.0,
        &positions,
        &fields
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let Some(t) = terms.get(&r.edition_id) else { continue };
        let answers: Answers = r.answers.map(serde_json::from_value).transpose()?.unwrap_or_default();
        let totals: Vec<Total> = r.totals.map(serde_json::from_value).transpose()?.unwrap_or_default();
        let rulings: Vec<Ruling> = r.rulings.map(serde_json::from_value).transpose()?.unwrap_or_default();
        let about = About::of(&t.meaning, &t.edition, &t.tables, &answers);
        let sums = Sums::of(t, &r.frame, &about, &totals, &rulings).map_err(|e| Fault::Internal(e.to_string()))?;
        all.push(Scored {
            public_id: PublicId::from_uuid(r.public_id),
            number: r.number,
            name: r.applicant_name,
            title: r.title,
            frame: crate::common::frame(&t.edition, &r.frame),
            prefecture: about.prefecture.1,
            industry: about.industry.1,
            requested: r.requested,
            filed_at: r.filed_at,
            position: r.position,
            sheets: u32::try_from(totals.len()).unwrap_or(u32::MAX),
            wanted: t.wanted,
            bonus: sums.bonus,
            deduction: sums.deduction,
            deciding: sums.deciding,
            is_wide: sums.is_wide,
            score: sums.score,
            of_hundred: t.meaning.points == Points::OfHundred,
        });
    }
    Ok(all)
}

struct Sums {
    score: Option<CaseScore>,
    bonus: Number,
    deduction: Number,
    deciding: Number,
    is_wide: bool,
}

impl Sums {
    fn of(t: &Terms, frame: &str, about: &About, totals: &[Total], rulings: &[Ruling]) -> Result<Self, NumberProblem> {
        let score = combine(&comparable(t, totals)?)?;
        let most = t.meaning.bonus.as_ref().and_then(|b| b.most);
        let bonus = granted("bonus", &about.claims, rulings);
        let deduction = granted("deduction", &[], rulings);
        let deciding = score.as_ref().and_then(|s| s.by_criterion.get(&t.meaning.deciding_criterion)).copied();
        let is_wide = matches!((&score, t.meaning.spread_alert), (Some(s), Some(alert)) if s.spread >= alert);
        Ok(Self {
            bonus: granted_points(&bonus, &t.meaning.bonus_items(&t.edition, frame), most)?,
            deduction: granted_points(&deduction, &t.meaning.deduction_items(&t.edition), None)?,
            deciding: deciding.unwrap_or_default(),
            is_wide,
            score,
        })
    }
}

/// The totals as the edition compares them.
fn comparable(t: &Terms, totals: &[Total]) -> Result<Vec<Total>, NumberProblem> {
    match t.meaning.points {
        Points::AsGiven => Ok(totals.to_vec()),
        Points::OfHundred => totals.iter().map(|total| total.of_hundred(&t.scale)).collect(),
    }
}

impl Scored {
    /// As a run sees it. Without a finalised sheet it cannot be ranked.
    pub fn as_run_case(&self) -> RunCase {
        let barred = self.score.is_none().then(|| "確定した採点がありません".to_owned());
        RunCase {
            key: self.public_id.to_string(),
            number: self.number.clone(),
            name: self.name.clone(),
            title: self.title.clone(),
            frame: self.frame.clone(),
            prefecture: self.prefecture.clone(),
            industry: self.industry.clone(),
            score: self.score.as_ref().map(|s| s.mean).unwrap_or_default(),
            bonus: self.bonus,
            deduction: self.deduction,
            first_criterion: self.deciding,
            requested: self.requested,
            filed_at: self.filed_at.clone(),
            passes: self.score.as_ref().map_or(0, |s| s.passes),
            fails: self.score.as_ref().map_or(0, |s| s.fails),
            barred,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn case(n: u128, mean: &str, requested: i64) -> Scored {
        let mean: Number = mean.parse().unwrap();
        Scored {
            public_id: PublicId::from_bits(n),
            number: format!("R1-{n:04}"),
            name: format!("株式会社{n}"),
            title: "計画".into(),
            frame: "枠".into(),
            prefecture: "東京都".into(),
            industry: "食料品製造業".into(),
            requested,
            filed_at: "2026-10-01T00:00:00.000000Z".into(),
            position: "decide".into(),
            score: Some(CaseScore {
                mean,
                spread: Number::from(30),
                totals: vec![mean],
                passes: 3,
                fails: 0,
                by_criterion: [].into(),
            }),
            sheets: 3,
            wanted: 3,
            bonus: Number::from(2),
            deduction: Number::ZERO,
            deciding: Number::ZERO,
            is_wide: true,
            of_hundred: true,
        }
    }

    #[test]
    fn a_ruling_beats_a_claim() {
        let rule = |kind: &str, code: &str, granted| Ruling {
            kind: kind.into(),
            code: code.into(),
            granted,
            reason: String::new(),
        };
        let claims = ["dx".to_owned(), "health".to_owned()];
        let rulings = [rule("bonus", "dx", false), rule("bonus", "wage", true), rule("deduction", "used_once", true)];
        assert_eq!(granted("bonus", &claims, &rulings), ["health", "wage"]);
        assert_eq!(granted("deduction", &[], &rulings), ["used_once"]);
        assert_eq!(granted("bonus", &claims, &[]), ["dx", "health"]);
    }

    #[test]
    fn a_case_without_sheets_cannot_be_ranked() {
        let bare = Scored { score: None, ..case(1, "0", 1) };
        assert!(bare.as_run_case().barred.is_some());
        assert_eq!(case(1, "100/3", 1).as_run_case().points().unwrap().to_string(), "106/3");
    }
}
