//! The words of the operator's lists: one grammar for all, one row of [`LISTS`] for each.

use clap::{Args, Subcommand};

/// What to do about a list of declarations.
#[derive(Debug, Subcommand)]
pub enum Declared {
    /// Declare one
    Add(DeclaredAdd),
    /// List all
    List,
    /// Show one
    Show(DeclaredName),
    /// Change one: members of the file replace its own, null removes (RFC 7396)
    Update(DeclaredUpdate),
    /// Delete one: from the next request on it counts no more
    Delete(DeclaredName),
}

/// A new declaration.
#[derive(Debug, Args)]
pub struct DeclaredAdd {
    /// The declaration, a JSON file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub file: String,
}

/// Which declaration.
#[derive(Debug, Args)]
pub struct DeclaredName {
    /// The name it was declared under
    pub name: String,
}

/// Which declaration, and what becomes of it.
#[derive(Debug, Args)]
pub struct DeclaredUpdate {
    /// The name it was declared under
    pub name: String,
    /// The changes, a JSON file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub file: String,
}

/// What the help of one list says.
#[derive(Debug)]
pub struct List {
    /// The command.
    pub word: &'static str,
    /// How a name is called in the usage.
    pub name: &'static str,
    /// A name, for examples.
    pub named: &'static str,
    /// A declaration in JSON.
    pub sample: &'static str,
    /// A change of it.
    pub patch: &'static str,
}

/// Every list.
pub const LISTS: &[List] = &[
    List {
        word: "issuer",
        name: "ISSUER",
        named: "https://kubernetes.default.svc",
        sample: r#"{"issuer": "https://kubernetes.default.svc", "jwks_uri": "https://cluster.example/openid/v1/jwks", "algs": ["RS256"], "use": ["client_auth"]}"#,
        patch: r#"{"max_lifetime": "2h"}"#,
    },
    List {
        word: "exchange",
        name: "NAME",
        named: "orders-to-stock",
        sample: r#"{"name": "orders-to-stock", "client": "orders", "target": "https://stock.example/api", "scopes": ["stock:read"]}"#,
        patch: r#"{"lifetime": "2m"}"#,
    },
    List {
        word: "detail-type",
        name: "TYPE",
        named: "payment",
        sample: r#"{"type": "payment", "resource": "https://bank.example/api", "schema": {"required": ["amount"], "properties": {"type": {}, "amount": {"type": "string"}}, "additionalProperties": false}, "sentence": {"en": "Pay {amount}", "zh-CN": "支付{amount}"}}"#,
        patch: r#"{"sentence": {"en": "Pay {amount} once", "zh-CN": "支付{amount}一次"}}"#,
    },
];

/// Puts a list's own examples and names into the grammar.
pub(super) fn dress(grammar: clap::Command, list: &List) -> clap::Command {
    let List { word, name, named, sample, patch } = list;
    let add = format!("Example:\n  echo '{sample}' | doorward {word} add --file -");
    let by_name = |verb: &'static str| {
        let example = format!("Example:\n  doorward {word} {verb} {named}");
        move |command: clap::Command| command.mut_arg("name", |arg| arg.value_name(name)).after_help(example)
    };
    grammar.mut_subcommand(word, |command| {
        command
            .after_help(add.clone())
            .mut_subcommand("add", |command| command.after_help(add))
            .mut_subcommand("list", |command| command.after_help(format!("Example:\n  doorward {word} list --json")))
            .mut_subcommand("show", by_name("show"))
            .mut_subcommand("update", |command| {
                let example = format!("Example:\n  echo '{patch}' | doorward {word} update {named} --file -");
                by_name("update")(command).after_help(example)
            })
            .mut_subcommand("delete", by_name("delete"))
    })
}
