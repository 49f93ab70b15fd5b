//! Every command of the system, as a library: wires slices, gates and sites together.
//! Never holds a rule, a page or a query of a slice.
//! Start at `main.rs` (commands), then `wiring.rs` (which slices and gates there are) and `serve.rs`.
//! Kept honest by `./start --smoke`, which runs the main job through it.

pub mod audit;
pub mod bench;
pub mod config;
pub mod definitions;
pub mod demo;
pub mod direct;
pub mod masters;
pub mod moving_clock;
pub mod network;
pub mod openapi;
pub mod publish;
pub mod routes;
pub mod serve;
pub mod staff;
pub mod wiring;
