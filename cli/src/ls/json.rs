//! The document that lsipc(1) prints with --json, with values that are what they are: numbers are numbers, sizes bytes.

use super::columns::{Column, Sources};
use crate::machine::Segment;
use serde_json::{Map, Value, json};

pub fn document(segments: &[Segment], chosen: &[&Column], sources: &mut Sources) -> String {
    let object = |segment| {
        let fields = chosen.iter().map(|column| (column.name.to_lowercase(), (column.value)(segment, sources).json()));
        fields.collect::<Map<_, _>>().into()
    };
    let list: Vec<Value> = segments.iter().map(object).collect();
    format!("{:#}\n", json!({ "sharedmemory": list }))
}
