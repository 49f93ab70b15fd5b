
pub mod ids;
