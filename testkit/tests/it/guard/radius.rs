//! A real RADIUS server (FreeRADIUS with its rest module) asks the API, a real RADIUS client asks it.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hojo_access::Site;
use hojo_testkit::World;
use hojo_web::{Kernel, server};
use tokio::net::{TcpListener, UdpSocket};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::{boundaries::person_of, db, post};

const SERVER: &str = "/usr/sbin/freeradius";
const SECRET: &str = "a-shared-secret";

fn configure(dir: &Path, api: u16, radius: u16, key: &str) {
    let d = dir.display();
    let text = format!(
        r#"
prefix = /usr
exec_prefix = /usr
sbindir = /usr/sbin
sysconfdir = {d}
localstatedir = {d}
logdir = {d}
raddbdir = {d}
confdir = {d}
run_dir = {d}
libdir = /usr/lib/freeradius
name = hojo
max_request_time = 5
log {{
    destination = stdout
}}
security {{
    reject_delay = 0
    status_server = no
}}
client local {{
    ipaddr = 127.0.0.1
    secret = {SECRET}
}}
modules {{
    rest {{
        connect_uri = "http://127.0.0.1:{api}"
        connect_timeout = 2.0
        pool {{
            start = 0
        }}
        authorize {{
            uri = "${{..connect_uri}}/vpn/authorize"
            method = 'post'
            body = 'json'
            auth = 'basic'
            username = 'gateway'
            password = '{key}'
        }}
    }}
}}
server default {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {radius}
    }}
    authorize {{
        rest
    }}
}}
"#
    );
    std::fs::write(dir.join("radiusd.conf"), text).unwrap();
    std::fs::write(dir.join("dictionary"), "$INCLUDE /usr/share/freeradius/dictionary\n").unwrap();
}

fn start(dir: &Path) -> Child {
    let mut command = Command::new(SERVER);
    command.args(["-f", "-n", "radiusd", "-d"]).arg(dir).arg("-l").arg("stdout");
    command
        .stdout(std::fs::File::create(dir.join("out")).unwrap())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// What the RADIUS client gets for a login.
async fn ask(radius: u16, login: &str) -> String {
    let mut child = Command::new("radclient")
        .args(["-x", "-r", "1", "-t", "3", &format!("127.0.0.1:{radius}"), "auth", SECRET])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut input, format!("User-Name = \"{login}\"\n").as_bytes()).await.unwrap();
    drop(input);
    String::from_utf8_lossy(&child.wait_with_output().await.unwrap().stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_radius_server_refuses_within_five_seconds_of_withdrawal() {
    if !Path::new(SERVER).exists() {
        println!("not run: there is no {SERVER} (packages freeradius, freeradius-rest, freeradius-utils)");
        return;
    }
    let world = World::new().await;
    let api_db = db(&world, Site::Api).await;
    let routes = hojo_app::wiring::site_routes(Site::Api, std::sync::Arc::clone(&world.house.gbizid) as _);
    let settings = world.config.settings(Site::Api).unwrap();
    let kernel = Kernel::new(settings, api_db.clone(), world.house.vault.clone(), routes.menu_items());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = listener.local_addr().unwrap().port();
    let (stop, stopped) = oneshot::channel::<()>();
    let site = tokio::spawn(server::serve(listener, kernel, routes, async {
        drop(stopped.await);
    }));
    let it = world.staff("it1").await.unwrap();
    let made = post(&it, "/vpn", &[("name", "本部VPN")]).await;
    let key = made.html().split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let people = it.get("/boundaries/people").await.unwrap().html();
    let person = person_of(&people, "佐伯 直美");
    let mut fields: Vec<(&str, &str)> = vec![("purpose", "vpn"), ("start", "0:00"), ("end", "24:00")];
    fields.extend(["0", "1", "2", "3", "4", "5", "6"].map(|d| ("day", d)));
    assert_eq!(post(&it, &person, &fields).await.status, 303);

    let radius = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    configure(dir.path(), api, radius, &key);
    let mut radiusd = start(dir.path());
    let mut answer = String::new();
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        answer = ask(radius, "operator1").await;
        if answer.contains("Received Access-") {
            break;
        }
    }
    let log = std::fs::read_to_string(dir.path().join("out")).unwrap_or_default();
    assert!(answer.contains("Received Access-Accept") && answer.contains("Session-Timeout = "), "{answer}\n{log}");
    assert!(ask(radius, "operator2").await.contains("Received Access-Reject"), "nobody gave operator2 a window");

    let html = it.get(&person).await.unwrap().html();
    let end = html.split("value=\"end-").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(post(&it, &person, &[("_action", &format!("end-{end}"))]).await.status, 303);
    let withdrawn = Instant::now();
    let answer = ask(radius, "operator1").await;
    assert!(answer.contains("Received Access-Reject"), "{answer}");
    assert!(answer.contains("VPN"), "the reason comes along: {answer}");
    assert!(withdrawn.elapsed() < Duration::from_secs(5), "{:?}", withdrawn.elapsed());

    radiusd.kill().await.unwrap();
    stop.send(()).unwrap();
    site.await.unwrap().unwrap();
    api_db.close().await;
    world.end().await.unwrap();
}
