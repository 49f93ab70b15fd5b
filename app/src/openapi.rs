//! `hojo openapi`: the surface as an OpenAPI description, made from the route table. It promises which answers there
//! are; the stranger test and the scanners (`./test --security`) hold every answer against it.

use clap::Args as ClapArgs;
use hojo_access::{Audience, Site};
use hojo_web::{RouteInfo, Sends};
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::wiring;

#[derive(ClapArgs)]
pub struct Args {
    /// Which site: portal, office or api.
    #[arg(long)]
    site: String,
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
pub fn print(config: &Config, args: &Args) -> anyhow::Result<()> {
    let all = [Site::Portal, Site::Office, Site::Api, Site::Files];
    let site = all.into_iter().find(|s| s.code() == args.site);
    let site = site.ok_or_else(|| anyhow::anyhow!("there is no site {}", args.site))?;
    let base = match site {
        Site::Portal => &config.portal_url,
        Site::Office => &config.office_url,
        Site::Api => &config.api_url,
        Site::Files => &config.files_url,
    };
    println!("{}", serde_json::to_string_pretty(&document(&wiring::table(), site, base))?);
    Ok(())
}

const PAGE: &str = "text/html";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What people attach: the inspection lets these in (`kernel/vault`).
const ATTACHED: &[&str] = &["application/pdf", "image/png", "image/jpeg", XLSX, "application/octet-stream"];
const BUILT: &[&str] =
    &["text/css", "text/javascript", "image/svg+xml", "font/woff2", "application/octet-stream", TEXT];

/// What a route gives when it does what it was asked.
fn given(route: &RouteInfo) -> &'static [&'static str] {
    let (get, path) = (route.method == "GET", route.path.as_str());
    match path {
        _ if path.starts_with("/assets/") => BUILT,
        _ if path.starts_with("/masters/") || route.site == Site::Api => &[JSON],
        _ if path.ends_with("/{form}/pdf") || path.ends_with("/{letter}/sample") => &["application/octet-stream", PAGE],
        _ if path.ends_with("/pdf") => &["application/pdf"],
        _ if path.ends_with("/template/{field}") || path.ends_with("/{form}/xlsx") => &[XLSX],
        _ if get && (path.ends_with("/files/{file}") || path.ends_with("/scans/{file}")) => ATTACHED,
        _ if path.ends_with("/export") => &["text/csv", PAGE],
        // The script asks for a challenge or for the time left, at the same address as the form.
        "/sign-in" | "/reauth" | "/account/passkeys" | "/invitations/{token}" | "/session/extend" if !get => {
            &[PAGE, JSON]
        }
        _ => &[PAGE],
    }
}

/// Every answer a route may give, as status and media types; none of them means that there is no body to speak of.
#[must_use]
pub fn answers(route: &RouteInfo) -> Vec<(u16, &'static [&'static str])> {
    let posts = route.method == "POST";
    let mut all = vec![(200, given(route)), (403, &[PAGE] as _), (404, &[PAGE, TEXT] as _), (503, &[PAGE] as _)];
    if posts {
        all.push((413, &[PAGE, TEXT]));
    }
    if route.site == Site::Api {
        // A gateway asks and is told no; there are no sessions and no forms.
        all.push((401, &[JSON]));
        return all;
    }
    // On to the page that follows, or to the sign-in.
    all.extend([(303, &[] as _), (422, &[PAGE] as _)]);
    if route.audience != Audience::Anyone {
        // A script is told plainly; a browser is led to the sign-in.
        all.push((401, &[PAGE]));
    }
    if posts {
        // 400: not sent by one of our pages, or cut off. 409: somebody else saved meanwhile.
        all.extend([(307, &[] as _), (400, &[PAGE] as _), (401, &[PAGE] as _), (409, &[PAGE, JSON] as _)]);
    }
    if route.path.starts_with("/sign-in") {
        // The provider of identities is away or said something broken.
        all.extend([(400, &[PAGE] as _), (502, &[PAGE] as _)]);
    }
    all.sort_by_key(|a| a.0);
    all.dedup_by_key(|a| a.0);
    all
}

/// Is this an answer that was promised?
///
/// # Errors
/// What was not.
pub fn promised(route: &RouteInfo, status: u16, media_type: &str) -> Result<(), String> {
    let Some((_, types)) = answers(route).into_iter().find(|a| a.0 == status) else {
        return Err(format!("{status} is not in the description"));
    };
    let plain = media_type.split(';').next().unwrap_or_default();
    if types.is_empty() || types.contains(&plain) { Ok(()) } else { Err(format!("{status} with {plain}")) }
}

fn meaning(status: u16) -> &'static str {
    match status {
        200 => "The page, the file or the data.",
        303 => "Done; or sign in first. The address follows.",
        307 => "A factor has to be shown first; the form is sent along.",
        400 => "Not sent by one of our own pages, or broken.",
        401 => "Nobody is signed in, or not let in.",
        403 => "Without the permission, or from a place or at a time that is not allowed.",
        404 => "Not there, or not this person's: the two look alike.",
        409 => "Somebody else saved meanwhile.",
        413 => "More than a form may hold.",
        422 => "Refused, with the words what to do. Nothing was written.",
        _ => "For a moment not available.",
    }
}

/// `{*file}` is a parameter as well.
fn parameters(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).map(|p| p.trim_start_matches('*')).collect()
}

fn body(sends: Sends) -> Option<Value> {
    let form = json!({ "schema": { "type": "object", "additionalProperties": { "type": "string" } } });
    Some(match sends {
        Sends::Nothing => return None,
        Sends::Form => json!({ "application/x-www-form-urlencoded": form, "multipart/form-data": form }),
        Sends::Files => json!({ "multipart/form-data": form }),
        Sends::Json => json!({ JSON: { "schema": { "type": "object" } } }),
    })
}

fn operation(route: &RouteInfo) -> Value {
    let responses: Map<String, Value> = answers(route)
        .into_iter()
        .map(|(status, types)| {
            let content: Map<String, Value> = types.iter().map(|t| ((*t).to_owned(), json!({}))).collect();
            let mut response = json!({ "description": meaning(status) });
            if let (false, Some(r)) = (content.is_empty(), response.as_object_mut()) {
                r.insert("content".into(), Value::Object(content));
            }
            (status.to_string(), response)
        })
        .collect();
    let parameters: Vec<Value> = parameters(&route.path)
        .into_iter()
        .map(|p| json!({ "name": p, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }))
        .collect();
    let mut out = json!({
        "operationId": format!("{} {}", route.method.to_lowercase(), route.path),
        "tags": [route.permission],
        "x-hojo-permission": route.permission,
        "x-hojo-fresh-factor": route.fresh,
        "parameters": parameters,
        "responses": responses,
        "security": if route.audience == Audience::Anyone { json!([]) } else { json!([{ "session": [] }]) },
    });
    if let (Some(content), Some(o)) = (body(route.sends), out.as_object_mut()) {
        o.insert("requestBody".into(), json!({ "content": content }));
    }
    out
}

/// The description of one site.
#[must_use]
pub fn document(table: &[RouteInfo], site: Site, base_url: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in table.iter().filter(|r| r.site == site) {
        let path = paths.entry(route.path.replace("{*", "{")).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.to_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": format!("Hojo, {}", site.code()), "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": base_url }],
        "paths": paths,
        "components": { "securitySchemes": {
            "session": { "type": "apiKey", "in": "cookie", "name": format!("__Host-hojo-{}", site.code()) }
        } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_with_its_parameters_and_nothing_else_is() {
        let table = wiring::table();
        let mut described = 0;
        for site in [Site::Portal, Site::Office, Site::Api, Site::Files] {
            let document = document(&table, site, "http://localhost");
            for (path, methods) in document["paths"].as_object().unwrap() {
                for (method, operation) in methods.as_object().unwrap() {
                    described += 1;
                    let route = table.iter().find(|r| {
                        r.site == site && r.path.replace("{*", "{") == *path && r.method.eq_ignore_ascii_case(method)
                    });
                    assert_eq!(operation["x-hojo-permission"], route.unwrap().permission);
                    let named = operation["parameters"].as_array().unwrap().len();
                    assert_eq!(named, path.matches('{').count(), "{path}");
                    let internal = operation["responses"].get("500");
                    assert!(internal.is_none(), "{path}");
                }
            }
        }
        assert_eq!(described, table.len());
    }

    #[test]
    fn what_was_not_promised_is_noticed() {
        let table = wiring::table();
        let queue = table.iter().find(|r| r.path == "/queue").unwrap();
        assert_eq!(promised(queue, 200, "text/html; charset=utf-8"), Ok(()));
        assert_eq!(promised(queue, 303, "text/plain"), Ok(()));
        assert!(promised(queue, 500, "text/html").is_err());
        assert!(promised(queue, 200, "application/json").is_err());
        assert!(promised(queue, 409, "text/html").is_err());
    }
}
