//! Nobody learns who has an account: neither what is answered nor how long it takes tells. Times are compared with each
//! other within one run, never with a number of seconds; tries take turns, so that whatever else the machine does meets both.

use std::time::{Duration, Instant};

use super::visitor::{Account, PASSWORD, Visitor};
use crate::client::Answer;
use crate::ground::Ground;
use crate::sql::Sql;

/// The requirement: answers differ by at most so much.
const MOST: f64 = 0.05;
/// Pairs at each of two doors: two thousand tries in all.
const PAIRS: usize = 500;

/// Times of those that exist and those that do not, and what they were told.
#[derive(Default)]
struct Told {
    times: [Vec<Duration>; 2],
    words: [String; 2],
}

impl Told {
    fn note(&mut self, which: usize, took: Duration, answer: &Answer, secret: &str) {
        self.times[which].push(took);
        // Each answer has a nonce of its own.
        let text = answer.text().replace(secret, "TYPED");
        self.words[which] = text.split(" nonce=\"").map(|p| p.split_once('"').map_or(p, |(_, rest)| rest)).collect();
    }

    /// How much longer one of a pair takes than the other in the middle of all pairs, of what a try takes. The two of
    /// a pair meet the same load, so what the machine does besides cancels out.
    fn difference(&self) -> f64 {
        let [there, not] = &self.times;
        let apart = there.iter().zip(not).map(|(a, b)| a.as_secs_f64() - b.as_secs_f64());
        let takes = there.iter().chain(not).map(Duration::as_secs_f64);
        let (apart, takes) = (median(apart.collect()), median(takes.collect()));
        println!("{:.3} ms of {:.3} ms", apart * 1e3, takes * 1e3);
        apart.abs() / takes
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_unstable_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Accounts with the factors of one that has them; a login is tried once, so that none is paused.
async fn people(sql: &mut Sql, prefix: &str) {
    sql.run(&format!(
        "insert into staff (id, public_id, login, name, kind, password_hash, totp_secret)
         select gen_random_uuid(), gen_random_uuid(), '{prefix}' || n, 'x', 'staff', w.password_hash, w.totp_secret
         from staff w, generate_series(1000, {}) n where w.login = 'warm'",
        999 + PAIRS
    ))
    .await;
}

/// One pair after the other, in turns first and second.
async fn pairs(person: &mut Visitor, known: &str, unknown: &str, password: &str, code: &str) -> Told {
    let mut told = Told::default();
    for n in 0..PAIRS {
        let mut pair = [(0, format!("{known}{}", 1000 + n)), (1, format!("{unknown}{}", 1000 + n))];
        if n % 2 == 1 {
            pair.reverse();
        }
        for (which, login) in pair {
            let fields = [("login", login.as_str()), ("password", password), ("code", code)];
            let began = Instant::now();
            let answer = person.post("/sign-in", &fields).await;
            told.note(which, began.elapsed(), &answer, &login);
            assert_eq!(answer.status, 422, "{}", answer.said());
        }
    }
    told
}

#[tokio::test]
async fn two_thousand_tries_do_not_tell_who_has_an_account() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    Account::new(&mut sql, "warm", "operator").await;
    people(&mut sql, "known").await;
    people(&mut sql, "owner").await;
    let mut person = Visitor::new(&house);
    // Even who knows the password learns nothing without the code.
    let codes = pairs(&mut person, "known", "never", PASSWORD, "000000").await;
    let recovery = pairs(&mut person, "owner", "absent", "wrong and long", "ABCD-EFGH-JKLM-NPQR").await;
    for told in [&codes, &recovery] {
        assert_eq!(told.words[0], told.words[1]);
        let difference = told.difference();
        assert!(difference <= MOST, "the times tell: {:.1} %", difference * 100.0);
    }
    ground.end().await;
}

#[tokio::test]
async fn a_link_that_is_over_and_one_that_never_was_read_and_take_the_same() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let maker = Account::new(&mut sql, "miura", "manager").await;
    let guest = Account::new(&mut sql, "guest", "operator").await;
    sql.run(&format!(
        "insert into invitations (id, public_id, staff_id, kind, made_by, token_hash, expires_at, used_at)
         select gen_random_uuid(), gen_random_uuid(), '{}', 'first', '{}', sha256(('used' || n)::bytea),
                clock_timestamp() + interval '1 day', clock_timestamp() from generate_series(1000, 1599) n",
        guest.id, maker.id
    ))
    .await;
    let mut person = Visitor::new(&house);
    let mut told = Told::default();
    for n in 1000..1600 {
        let mut pair = [(0, format!("used{n}")), (1, format!("none{n}"))];
        if n % 2 == 1 {
            pair.reverse();
        }
        for (which, token) in pair {
            let path = format!("/invitations/{token}");
            let began = Instant::now();
            let page = person.get(&path).await;
            let posted = person.post(&path, &[("step", "password"), ("new_password", "x"), ("code", "000000")]).await;
            told.note(which, began.elapsed(), &page, &token);
            assert_eq!((page.status, posted.status), (404, 404), "{}", page.said());
        }
    }
    assert_eq!(told.words[0], told.words[1]);
    let difference = told.difference();
    // A link cannot be guessed, so its time tells nothing worth knowing, and a few milliseconds are mostly the machine's
    // noise: only an answer that plainly does other work is wrong here.
    assert!(difference <= 3.0 * MOST, "the times tell: {:.1} %", difference * 100.0);
    // The passkey's door asks for no login at all, and says the same to everybody.
    let begun = person.post("/sign-in", &[("step", "passkey-begin"), ("login", "guest")]).await.ok();
    assert!(begun.has("\"allowCredentials\":[]"), "{}", begun.text());
    ground.end().await;
}
