//! How fast the traffic leaves a deployment that has become slow, and comes back when it is well; and how long the slowest
//! calls take: `npm run converge`.
//!
//! `--shares` prints, in place of the tables, the share of each second for the chart, a router a line.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a mistake here ends the program")]

mod case;
mod litellm;
mod ours;
mod table;
mod tail;

fn main() {
    if std::env::args().any(|word| word == "--shares") {
        for (name, course) in table::ROUTERS {
            let shares: Vec<String> = course(1).shares().iter().map(f64::to_string).collect();
            println!("{name}\t{}", shares.join(","));
        }
        return;
    }
    println!("{}\n{}", table::moves(&table::courses()), table::tails(&table::slowest()));
}
