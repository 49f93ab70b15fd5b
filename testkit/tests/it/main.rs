//! Every test that needs a database or a site: one binary, a module for each topic.

mod access_matrix;
mod bad_days;
mod catalogue;
mod client;
mod ground;
mod main_job;
mod socket;
mod sql;
mod stranger;
mod walls;
