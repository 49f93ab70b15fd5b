//! A SCRAM-SHA-256 verifier (RFC 5803) made here, so that no password ever reaches the database's log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// What PostgreSQL itself uses.
const ROUNDS: u32 = 4_096;

/// `SCRAM-SHA-256$4096:salt$stored:server`. The password is ours and plain ASCII: SASLprep changes nothing of it.
pub fn verifier(password: &str, salt: &[u8; 16]) -> String {
    let salted = salted(password.as_bytes(), salt);
    let stored = Sha256::digest(mac(&salted, b"Client Key"));
    let server = mac(&salted, b"Server Key");
    let text = |bytes: &[u8]| STANDARD.encode(bytes);
    format!("SCRAM-SHA-256${ROUNDS}:{}${}:{}", text(salt), text(&stored), text(&server))
}

/// PBKDF2 with one block.
fn salted(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let first = [salt, &[0, 0, 0, 1]].concat();
    let mut last = mac(password, &first);
    let mut all = last;
    for _ in 1..ROUNDS {
        last = mac(password, &last);
        for (a, l) in all.iter_mut().zip(last) {
            *a ^= l;
        }
    }
    all
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exchange_of_rfc_7677_gives_its_keys() {
        // Password "pencil", the salt and 4096 rounds of RFC 7677 §3: the server's signature proves the server key.
        let salt: [u8; 16] = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap().try_into().unwrap();
        let text = verifier("pencil", &salt);
        let server = STANDARD.decode(text.rsplit(':').next().unwrap()).unwrap();
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        assert_eq!(STANDARD.encode(mac(&server, message.as_bytes())), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }
}
