//! Setting up factors, alike on the invitation and on the page of somebody signed in: a new password,
//! an authenticator app with its picture, the words around recovery codes.

use hmac::{Hmac, Mac};
use hojo_web::{Fault, Markup, html, ui};
use qrcode::{Color, QrCode};
use sha2::Sha256;

use crate::staff::{Accepted, Beside, Totp, check_password, hash_password, totp_uri};

pub(crate) const WRONG_CODE: &str = "番号が正しくありません。認証アプリに今表示されている6桁の数字を入力してください。端末の時計が合っているかも確認してください。";

/// A secret for an authenticator app that is not registered yet: worked out anew at each step from
/// what it is for, so that nothing has to be stored before a code proved that the app has it.
pub(crate) fn pending_secret(key: &[u8], about: &[&[u8]]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(b"hojo pending totp");
    for part in about {
        mac.update(b"\0");
        mac.update(part);
    }
    let mut bytes = [0u8; 20];
    for (to, from) in bytes.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
    crate::staff::base32(bytes)
}

/// Does the app have it?
pub(crate) fn accepts(secret: &str, code: &str, at: i64) -> Option<Accepted> {
    Totp::from_base32(secret)?.accept(code, at)
}

pub(crate) fn code_field(name: &str) -> ui::Field {
    ui::secret(name, "認証アプリの番号", ui::SecretKind::OneTimeCode)
        .required()
        .hint("登録した認証アプリに表示されている6桁の数字を入力してください。")
}

/// The secret as a picture for the phone's camera, and in letters.
pub(crate) fn secret_words(login: &str, secret: &str) -> Markup {
    let groups = secret.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>();
    html! {
        p { "スマートフォンの認証アプリ（Google Authenticator、Microsoft Authenticatorなど）で、次の二次元コードを読み取ってください。" }
        (picture(&totp_uri(login, secret)))
        p { "読み取れないときは、認証アプリに次の文字を入力してください。" }
        p { code { (groups.join(" ")) } }
    }
}

fn picture(text: &str) -> Markup {
    let Ok(code) = QrCode::new(text) else { return html! {} };
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, c)| **c == Color::Dark) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + 4, y + 4));
        }
    }
    let side = width + 8;
    html! {
        svg viewBox={ "0 0 " (side) " " (side) } width="220" height="220" role="img" aria-label="認証アプリで読み取る二次元コード" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

pub(crate) fn codes_words(codes: &[String]) -> Markup {
    html! {
        (ui::banner(ui::Tone::Warn, "この画面を閉じると、もう表示できません").body(html! {
            p { "紙に書くか印刷して、端末とは別の場所に保管してください。1つにつき1回だけ使えます。" }
        }))
        ul { @for code in codes { li { code { (code) } } } }
    }
}

/// Checks and hashes a password somebody chose; hashing is heavy and runs beside.
pub(crate) async fn new_password(password: &str, login: &str, name: &str) -> Result<Result<String, String>, Fault> {
    if let Err(words) = check_password(password, &[login, name], Beside::SecondFactor) {
        return Ok(Err(words));
    }
    let password = password.to_owned();
    let hash = tokio::task::spawn_blocking(move || hash_password(&password))
        .await
        .map_err(|e| Fault::Internal(e.to_string()))?;
    hash.map(Ok).map_err(|e| Fault::Internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_secret_is_the_same_at_both_steps_and_nobody_elses() {
        let secret = pending_secret(b"key", &[b"person", b"old"]);
        assert_eq!(secret, pending_secret(b"key", &[b"person", b"old"]));
        assert_ne!(secret, pending_secret(b"key", &[b"person", b"new"]));
        assert_ne!(secret, pending_secret(b"kez", &[b"person", b"old"]));
        let code = Totp::from_base32(&secret).expect("a secret").code(1_000_000);
        assert!(accepts(&secret, &code, 1_000_000).is_some());
        assert!(accepts(&secret, &code, 1_000_120).is_none());
        let html = secret_words("operator1", &secret).into_string();
        assert!(html.contains("<svg") && html.contains("M4 4h1v1h-1z"), "{html}");
    }
}
