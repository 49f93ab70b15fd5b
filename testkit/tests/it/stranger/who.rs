//! The kinds of people and what the first wall must answer them.

use hojo_access::{Audience, Site};
use hojo_web::RouteInfo;

use crate::ground::Session;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Nobody,
    /// The company everything belongs to.
    Owner,
    OtherCompany,
    Manager,
    Operator,
    It,
    /// 中小機構's, who approves last.
    Supervisor,
    /// Assigned to the case, has scored.
    Reviewer,
    /// Assigned to it too.
    OtherReviewer,
    /// Was assigned and stepped back.
    Recused,
    /// Holds the permission and no case of A.
    FreeReviewer,
}

impl Role {
    /// Who works at the office site and is no reviewer.
    pub fn is_office(self) -> bool {
        matches!(self, Self::Manager | Self::Operator | Self::It | Self::Supervisor)
    }
}

#[derive(Clone, Debug)]
pub struct Who {
    pub name: &'static str,
    pub role: Role,
    /// Where the session lives, if it still does.
    pub site: Option<Site>,
    pub session: Session,
    pub secret: Vec<u8>,
}

/// Parameters that name something of somebody.
pub const OBJECTS: &[&str] = &["case", "filing", "file", "letter", "assignment", "remark"];

/// What must come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// 303 to the sign-in page, or 401.
    SignIn,
    Forbidden,
    /// 404, the same as for an id that does not exist.
    NotFound,
    /// Theirs to use; anything but a fault of ours.
    Free,
}

impl Who {
    pub fn new(name: &'static str, role: Role, site: Site, session: Session, secret: &[u8]) -> Self {
        let site = (!session.token.is_empty()).then_some(site);
        Self { name, role, site, session, secret: secret.to_vec() }
    }

    /// Somebody whose session opens nothing any more.
    pub fn over(name: &'static str, session: Session, secret: &[u8]) -> Self {
        Self { name, role: Role::Nobody, site: None, session, secret: secret.to_vec() }
    }

    pub fn csrf(&self, site: Site) -> String {
        self.session.csrf_by(site, &self.secret)
    }

    /// Does the role hold the permission, by db/roles.toml?
    pub fn holds(&self, route: &RouteInfo, roles: &dyn Fn(&str, &str) -> bool) -> bool {
        let role = match self.role {
            Role::Manager => "manager",
            Role::Operator => "operator",
            Role::It => "office_it",
            Role::Supervisor => "supervisor",
            Role::Reviewer | Role::OtherReviewer | Role::Recused | Role::FreeReviewer => "reviewer",
            Role::Owner | Role::OtherCompany | Role::Nobody => "",
        };
        let is_staff = self.role.is_office();
        match route.audience {
            Audience::Anyone => true,
            Audience::Applicant => matches!(self.role, Role::Owner | Role::OtherCompany),
            Audience::Insider => !role.is_empty(),
            Audience::Staff => is_staff && roles(role, route.permission),
            Audience::Reviewer => role == "reviewer" && roles(role, route.permission),
        }
    }

    /// `seat`: whose assignment the ids name (reviewer 1 in the first set, reviewer 4 in the second).
    pub fn expected(&self, route: &RouteInfo, seat: Role, roles: &dyn Fn(&str, &str) -> bool) -> Expected {
        if route.audience == Audience::Anyone {
            return Expected::Free;
        }
        if self.site != Some(route.site) {
            return Expected::SignIn;
        }
        if !self.holds(route, roles) {
            return Expected::Forbidden;
        }
        let related = match self.role {
            Role::Owner | Role::Manager | Role::Operator | Role::It | Role::Supervisor => true,
            Role::Reviewer | Role::OtherReviewer => self.role == seat,
            Role::Nobody | Role::OtherCompany | Role::Recused | Role::FreeReviewer => false,
        };
        if names_an_object(&route.path) && !related { Expected::NotFound } else { Expected::Free }
    }
}

pub fn names_an_object(path: &str) -> bool {
    OBJECTS.iter().any(|o| path.contains(&format!("{{{o}}}")))
}
