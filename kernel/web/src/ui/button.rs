//! Buttons, and links that look like buttons because they begin something.
use maud::{Markup, Render, html};

use super::icon::{Icon, icon};

/// How much a button asks for attention. One `Solid` a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// The one thing to do next.
    #[default]
    Solid,
    /// Other things one may do.
    Outline,
    /// Small help at the edge.
    Text,
    /// Something that cannot be undone easily; outlined in red.
    Danger,
}

/// The three heights of the design system: 36, 48 and 56 px.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 36 px, with a tap area of 44 px.
    Sm,
    /// 48 px.
    #[default]
    Md,
    /// 56 px.
    Lg,
}

impl Weight {
    const fn name(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Outline => "outline",
            Self::Text => "text",
            Self::Danger => "danger",
        }
    }
}

impl Size {
    const fn name(self) -> &'static str {
        match self {
            Self::Sm => "sm",
            Self::Md => "md",
            Self::Lg => "lg",
        }
    }
}

/// A button or a link in button clothes; made by [`button`] and [`link_button`].
#[derive(Clone, Debug, Default)]
pub struct Button {
    label: String,
    href: Option<String>,
    weight: Weight,
    size: Size,
    send: Option<(String, String)>,
    form_action: Option<String>,
    form: Option<String>,
    hidden: Option<String>,
    icon: Option<Icon>,
    opens: Option<String>,
    id: Option<String>,
    hook: Option<String>,
}

/// A submit button.
#[must_use]
pub fn button(label: impl Into<String>) -> Button {
    Button { label: label.into(), ..Button::default() }
}

/// A link that starts the next step.
#[must_use]
pub fn link_button(label: impl Into<String>, href: impl Into<String>) -> Button {
    Button { label: label.into(), href: Some(href.into()), ..Button::default() }
}

impl Button {
    /// Outlined: an alternative to the main action.
    #[must_use]
    pub fn outline(mut self) -> Self {
        self.weight = Weight::Outline;
        self
    }

    /// Looks like text: a minor action.
    #[must_use]
    pub fn text(mut self) -> Self {
        self.weight = Weight::Text;
        self
    }

    /// Red outline: withdraws, removes, refuses.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.weight = Weight::Danger;
        self
    }

    /// 36 px high.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.size = Size::Sm;
        self
    }

    /// 56 px high.
    #[must_use]
    pub fn large(mut self) -> Self {
        self.size = Size::Lg;
        self
    }

    /// Posts `name=value` when this button sends the form.
    #[must_use]
    pub fn sends(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.send = Some((name.into(), value.into()));
        self
    }

    /// Sends the form to another address than the form's own.
    #[must_use]
    pub fn to(mut self, address: impl Into<String>) -> Self {
        self.form_action = Some(address.into());
        self
    }

    /// Belongs to the form with this id, wherever it stands on the page.
    #[must_use]
    pub fn form(mut self, id: impl Into<String>) -> Self {
        self.form = Some(id.into());
        self
    }

    /// Words for screen readers after the label, when several buttons read alike: 「変更」＋「（資本金）」.
    #[must_use]
    pub fn about(mut self, hidden: impl Into<String>) -> Self {
        self.hidden = Some(hidden.into());
        self
    }

    /// A picture before the label.
    #[must_use]
    pub fn with(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Opens the dialog with this id when scripts run; without them the link or form works as written.
    #[must_use]
    pub fn opens(mut self, dialog: impl Into<String>) -> Self {
        self.opens = Some(dialog.into());
        self
    }

    /// The element's id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// `data-do`: the name a script listens to.
    #[must_use]
    pub fn hook(mut self, name: impl Into<String>) -> Self {
        self.hook = Some(name.into());
        self
    }
}

impl Render for Button {
    fn render(&self) -> Markup {
        let inner = html! {
            @if let Some(which) = self.icon { (icon(which)) }
            (self.label)
            @if let Some(hidden) = &self.hidden { span class="visually-hidden" { (hidden) } }
        };
        html! {
            @if let Some(href) = &self.href {
                a class="button" data-weight=(self.weight.name()) data-size=(self.size.name()) href=(href)
                    id=[&self.id] data-opens=[&self.opens] data-do=[&self.hook] { (inner) }
            } @else {
                button class="button" data-weight=(self.weight.name()) data-size=(self.size.name()) type="submit"
                    name=[self.send.as_ref().map(|s| &s.0)] value=[self.send.as_ref().map(|s| &s.1)]
                    formaction=[&self.form_action] form=[&self.form]
                    id=[&self.id] data-opens=[&self.opens] data-do=[&self.hook] { (inner) }
            }
        }
    }
}

/// Buttons side by side, wrapping on a narrow screen.
#[must_use]
pub fn buttons(items: &[Button]) -> Markup {
    html! { div class="buttons" { @for item in items { (item) } } }
}
