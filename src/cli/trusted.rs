//! The words of `doorward trust`.

use clap::{Args, Subcommand};

/// What to do about declared trust.
#[derive(Debug, Subcommand)]
pub enum Trust {
    /// Make APIs, exchanges and the services' clients what the file says; doing it again changes nothing
    #[command(after_help = concat!(
        "Example:\n  doorward trust apply --file trust.toml\n\nThe file, TOML or JSON:\n",
        "  [services.orders]\n  audience = \"https://orders.example/api\"\n  scopes = { \"orders:place\" = { en = \"Place orders for you\" } }\n\n",
        "  [services.stock]\n  audience = \"https://stock.example/api\"\n  scopes = { \"stock:reserve\" = {} }\n\n",
        "  [[calls]]\n  from = \"orders\"\n  to = \"stock\"\n  scopes = [\"stock:reserve\"]",
    ))]
    Apply(TrustApply),
    /// Show who may call whom, and what tokens were given for it
    #[command(after_help = "Example:\n  doorward trust show\n  doorward trust show --json")]
    Show,
}

/// Which trust is declared.
#[derive(Debug, Args)]
pub struct TrustApply {
    /// The declaration, a TOML or JSON file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub file: String,
    /// Only say what would change
    #[arg(long)]
    pub dry_run: bool,
}
