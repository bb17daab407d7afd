//! Doorward
fn main(){}
