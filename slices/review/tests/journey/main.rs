//! From assignment to the committed run, over a real database and the real edition, without a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that finds nothing is meant to fail, and it prepares its own database"
)]

mod client;
mod scoring;
mod selecting;
mod telling;
mod world;

use client::{Client, links};
use world::{Person, World};

/// Three cases and four reviewers; the first reviewer works for the first applicant.
pub struct Cast {
    pub manager: Person,
    pub other: Person,
    pub reviewers: Vec<Person>,
    pub cases: Vec<hojo_words::ids::PublicId>,
}

pub async fn cast(world: &World) -> Cast {
    let manager = world.manager("起案 太郎").await;
    let other = world.manager("承認 花子").await;
    let mut reviewers = vec![world.reviewer("審査 一郎", "株式会社見本精機").await];
    for name in ["審査 二郎", "審査 三郎", "審査 四郎"] {
        reviewers.push(world.reviewer(name, "").await);
    }
    let mut cases = Vec::new();
    for (n, name) in [(1, "見本精機株式会社"), (2, "株式会社乙"), (3, "株式会社丙")] {
        cases.push(world.case(n, name, i64::from(n) * 1_000_000).await);
    }
    Cast { manager, other, reviewers, cases }
}

/// Carries out the automatic proposal.
pub async fn assign_all(world: &World, manager: &Client) {
    let page = manager.get(&format!("/assignments/automatic?round={}", world.round)).await.ok();
    let (round, hash) = (client::hidden(&page, "round"), client::hidden(&page, "hash"));
    manager.post("/assignments/automatic", &[("round", &round), ("hash", &hash)]).await.to();
}

/// The whole sheet, every criterion with these points.
pub fn marks(points: &str) -> Vec<(String, String)> {
    let mut all = vec![("points.eligibility".to_owned(), "pass".to_owned())];
    for id in ["management", "innovation", "market", "feasibility", "need"] {
        all.push((format!("points.{id}"), points.to_owned()));
    }
    for id in ["eligibility", "management", "innovation", "market", "feasibility", "need"] {
        all.push((format!("comment.{id}"), "数値の根拠が具体的に示されており、計画に無理がない。".to_owned()));
    }
    all.push(("overall".to_owned(), "全体として実現の見込みが高く、体制と資金の裏付けもある。今後は販路の具体化が課題である。着実な実施が期待できると判断した。".to_owned()));
    all
}

/// Declares, scores and finalises one assignment.
pub async fn score(reviewer: &Client, path: &str, points: &str) {
    reviewer.post(&format!("{path}/declare"), &[("conflict", "none")]).await.to();
    let marks = marks(points);
    let mut pairs: Vec<(&str, &str)> = marks.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    pairs.extend([("_version", "0"), ("_action", "finalise")]);
    let confirm = reviewer.post(&format!("{path}/save"), &pairs).await.to();
    let page = reviewer.get(&confirm).await.ok();
    let version = client::hidden(&page, "_version");
    reviewer.post(&confirm, &[("_version", &version)]).await.to();
}

/// A reviewer's own assignments.
pub async fn own(reviewer: &Client) -> Vec<String> {
    links(&reviewer.get("/review").await.ok(), "/review/")
}
