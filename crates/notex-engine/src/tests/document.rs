//! The OpenAPI document.

use serde_json::Value;

use super::House;

/// Every `$ref` in it.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(target) if name == "$ref" => found.push(target.clone()),
                    other => references(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_document_is_open_to_all_and_whole() {
    let house = House::new().await;
    let answer = House::send(house.http.get(house.url("/openapi.json"))).await;
    let document: Value = answer.of();
    assert_eq!(document["openapi"], "3.1.0");
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(all.len() > 50, "only {} references", all.len());
    for reference in all {
        let pointer = reference.strip_prefix('#').expect("a reference into the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let refusal = &document["paths"]["/session/start"]["post"]["responses"]["default"];
    assert!(refusal["content"]["application/json"]["schema"]["$ref"].is_string(), "{refusal}");
}

#[tokio::test]
async fn what_the_document_says_needs_the_key_is_refused_without_it() {
    let house = House::new().await;
    let document: Value = House::send(house.http.get(house.url("/openapi.json"))).await.of();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let method = method.to_uppercase().parse().expect("a method");
            let asked = House::send(house.http.request(method, house.url(path))).await;
            let open = operation["security"].as_array().is_some_and(|needs| !needs.is_empty());
            assert_eq!(asked.status == 401, !open, "{path}: {}", asked.body);
        }
    }
}
