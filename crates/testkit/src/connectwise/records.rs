//! What ConnectWise holds, and what its endpoints do to it.

use super::conditions::Expression;
use super::model::{self, problem, problems};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The vendor's bound for `pageSize`.
const PAGE_SIZE_MAX: usize = 1000;
/// Records on a page where none is asked for.
const PAGE_SIZE_DEFAULT: usize = 25;

/// An answer, before it is sent.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    /// Number of the next page, for the `Link` header.
    pub(super) next_page: Option<usize>,
}

impl Answer {
    fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body, next_page: None }
    }

    pub(super) fn error(status: StatusCode, code: &str, errors: Vec<Value>) -> Self {
        let body = json!({"code": code, "message": format!("the request failed: {code}"), "errors": errors});
        Self { status, body, next_page: None }
    }

    fn not_found() -> Self {
        Self::error(StatusCode::NOT_FOUND, "NotFound", Vec::new())
    }

    fn invalid(errors: Vec<Value>) -> Self {
        Self::error(StatusCode::BAD_REQUEST, "InvalidObject", errors)
    }
}

/// Everything that is stored.
pub(super) struct Records {
    pub(super) boards: Vec<Value>,
    pub(super) statuses: Vec<Value>,
    pub(super) priorities: Vec<Value>,
    pub(super) sources: Vec<Value>,
    pub(super) companies: Vec<Value>,
    pub(super) contacts: Vec<Value>,
    pub(super) tickets: Vec<Value>,
    pub(super) notes: Vec<Value>,
    /// Most records on a page, whatever is asked for.
    pub(super) page_size_max: usize,
    last_id: i64,
}

impl Default for Records {
    /// A small MSP: one board with three statuses, four priorities, one source, the catch-all company.
    fn default() -> Self {
        let mut records = Self {
            boards: Vec::new(),
            statuses: Vec::new(),
            priorities: Vec::new(),
            sources: Vec::new(),
            companies: Vec::new(),
            contacts: Vec::new(),
            tickets: Vec::new(),
            notes: Vec::new(),
            page_size_max: PAGE_SIZE_MAX,
            last_id: 100,
        };
        records.add_board("Service Desk");
        for name in ["P1 - Critical", "P2 - High", "P3 - Medium", "P4 - Low"] {
            let id = records.next_id();
            records.priorities.push(json!({"id": id, "name": name}));
        }
        let id = records.next_id();
        records.sources.push(json!({"id": id, "name": "Phone"}));
        records.add_company("CatchAll", "Unknown Callers");
        records
    }
}

impl Records {
    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn add_board(&mut self, name: &str) -> i64 {
        let board = self.next_id();
        self.boards.push(json!({"id": board, "name": name, "inactiveFlag": false}));
        for (name, closed) in [("New", false), ("Waiting", false), ("Closed", true)] {
            let id = self.next_id();
            self.statuses.push(json!({"id": id, "name": name, "boardId": board, "closedStatus": closed}));
        }
        board
    }

    pub(super) fn add_company(&mut self, identifier: &str, name: &str) -> i64 {
        let id = self.next_id();
        self.companies.push(json!({"id": id, "identifier": identifier, "name": name, "deletedFlag": false}));
        id
    }

    pub(super) fn add_contact(&mut self, first: &str, last: &str, company: &str, phone: &str) -> i64 {
        let company = self.companies.iter().find(|c| c["identifier"] == company).map(reference).unwrap_or_default();
        let (id, item) = (self.next_id(), self.next_id());
        self.contacts.push(json!({
            "id": id, "firstName": first, "lastName": last, "company": company, "inactiveFlag": false,
            "communicationItems": [{"id": item, "value": phone, "communicationType": "Phone", "defaultFlag": true}],
        }));
        id
    }

    /// What an endpoint answers, and does. `path` is below the API's root.
    pub(super) fn answer(
        &mut self,
        method: &Method,
        path: &str,
        query: &BTreeMap<String, String>,
        body: &[u8],
    ) -> Answer {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let sent = serde_json::from_slice::<Value>(body);
        let sent = || sent.map_err(|_| Answer::error(StatusCode::BAD_REQUEST, "InvalidJson", Vec::new()));
        let done = match (method.as_str(), parts.as_slice()) {
            ("GET", ["service", "boards"]) => self.list(&self.boards, query),
            ("GET", ["service", "boards", id, "statuses"]) => match by_id(&self.boards, id) {
                Some(board) => self.list(&of(&self.statuses, "boardId", &board["id"]), query),
                None => Err(Answer::not_found()),
            },
            ("GET", ["service", "priorities"]) => self.list(&self.priorities, query),
            ("GET", ["service", "sources"]) => self.list(&self.sources, query),
            ("GET", ["company", "companies"]) => self.list(&self.companies, query),
            ("GET", ["company", "contacts"]) => self.list(&self.contacts, query),
            ("GET", ["service", "tickets"]) => self.list(&self.tickets, query),
            ("GET", ["service", "tickets", "count"]) => {
                self.select(&self.tickets, query).map(|found| Answer::ok(json!({"count": found.len()})))
            }
            ("GET", ["service", "tickets", id]) => {
                by_id(&self.tickets, id).cloned().map(Answer::ok).ok_or_else(Answer::not_found)
            }
            ("GET", ["service", "tickets", id, "notes"]) => match by_id(&self.tickets, id) {
                Some(ticket) => self.list(&of(&self.notes, "ticketId", &ticket["id"]), query),
                None => Err(Answer::not_found()),
            },
            ("POST", ["service", "tickets"]) => sent().and_then(|sent| self.create(&sent)),
            ("PATCH", ["service", "tickets", id]) => sent().and_then(|sent| self.patch(id, &sent)),
            ("POST", ["service", "tickets", id, "notes"]) => sent().and_then(|sent| self.add_note(id, &sent)),
            ("POST", ["service", "tickets", id, "merge"]) => sent().and_then(|sent| self.merge(id, &sent)),
            _ => Err(Answer::not_found()),
        };
        done.unwrap_or_else(|error| error)
    }

    fn select<'r>(&self, records: &'r [Value], query: &BTreeMap<String, String>) -> Result<Vec<&'r Value>, Answer> {
        let refuse = |what: &str| Answer::error(StatusCode::BAD_REQUEST, what, Vec::new());
        let read = |name: &str| query.get(name).map(|text| Expression::parse(text)).transpose();
        let conditions = read("conditions").map_err(|_| refuse("InvalidConditions"))?;
        let children = read("childConditions").map_err(|_| refuse("InvalidChildConditions"))?;
        let known = |field: &str| {
            let name = field.split('/').next().unwrap_or_default();
            name == "externalXRef" || name == "mergedParentTicket" || records.iter().any(|r| r.get(name).is_some())
        };
        if conditions.iter().flat_map(Expression::fields).any(|field| !records.is_empty() && !known(field)) {
            return Err(refuse("InvalidConditions"));
        }
        if children.iter().flat_map(Expression::fields).any(|field| !field.starts_with("communicationItems/")) {
            return Err(refuse("InvalidChildConditions"));
        }
        let has_child = |record: &Value, children: &Expression| {
            let items = record["communicationItems"].as_array().into_iter().flatten();
            items.into_iter().any(|item| children.holds(&json!({"communicationItems": item})))
        };
        Ok(records
            .iter()
            .filter(|record| conditions.as_ref().is_none_or(|c| c.holds(record)))
            .filter(|record| children.as_ref().is_none_or(|c| has_child(record, c)))
            .collect())
    }

    fn list(&self, records: &[Value], query: &BTreeMap<String, String>) -> Result<Answer, Answer> {
        let refuse = || Answer::error(StatusCode::BAD_REQUEST, "InvalidParameter", Vec::new());
        let number = |name: &str, default: usize| match query.get(name) {
            None => Ok(default),
            Some(text) => text.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(refuse),
        };
        let (page, size) = (number("page", 1)?, number("pageSize", PAGE_SIZE_DEFAULT)?);
        if size > PAGE_SIZE_MAX {
            return Err(refuse());
        }
        let mut found = self.select(records, query)?;
        match query.get("orderBy").map(String::as_str) {
            // The vendor promises no order of its own.
            None => found.reverse(),
            Some("id asc" | "id") => found.sort_by_key(|record| record["id"].as_i64()),
            Some("id desc") => found.sort_by_key(|record| record["id"].as_i64().map(std::cmp::Reverse)),
            Some(_) => return Err(refuse()),
        }
        let size = size.min(self.page_size_max);
        let next_page = (found.len() > page * size).then_some(page + 1);
        let shown: Vec<Value> = found.into_iter().skip((page - 1) * size).take(size).cloned().collect();
        Ok(Answer { next_page, ..Answer::ok(Value::Array(shown)) })
    }

    fn create(&mut self, sent: &Value) -> Result<Answer, Answer> {
        let Some(fields) = sent.as_object() else { return Err(Answer::invalid(Vec::new())) };
        let mut ticket = fields.clone();
        self.validate(&mut ticket)?;
        // Numbers grow with time: the ticket's first, then its notes'.
        let id = self.next_id();
        for (field, flag) in [
            ("initialDescription", "detailDescriptionFlag"),
            ("initialInternalAnalysis", "internalAnalysisFlag"),
            ("initialResolution", "resolutionFlag"),
        ] {
            if let Some(text) = fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()) {
                let note = self.next_id();
                self.notes.push(json!({"id": note, "ticketId": id, "text": text, flag: true}));
            }
        }
        ticket.retain(|name, _| !name.starts_with("initial"));
        ticket.insert("id".to_owned(), id.into());
        ticket.insert("_info".to_owned(), json!({"lastUpdated": "2026-01-01T00:00:00Z", "updatedBy": "nightdesk"}));
        let ticket = Value::Object(ticket);
        self.tickets.push(ticket.clone());
        Ok(Answer { status: StatusCode::CREATED, ..Answer::ok(ticket) })
    }

    fn add_note(&mut self, ticket: &str, sent: &Value) -> Result<Answer, Answer> {
        let Some(ticket) = by_id(&self.tickets, ticket).map(|ticket| ticket["id"].clone()) else {
            return Err(Answer::not_found());
        };
        let Some(fields) = sent.as_object() else { return Err(Answer::invalid(Vec::new())) };
        let mut wrong = problems("ticketNote", model::NOTE, fields);
        if fields.get("text").and_then(Value::as_str).is_none_or(str::is_empty) {
            wrong.push(problem("MissingRequiredField", "ticketNote", "text"));
        }
        let flags = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"];
        if !flags.iter().any(|flag| fields.get(*flag) == Some(&Value::Bool(true))) {
            wrong.push(problem("MissingRequiredField", "ticketNote", "detailDescriptionFlag"));
        }
        if !wrong.is_empty() {
            return Err(Answer::invalid(wrong));
        }
        let mut note = fields.clone();
        note.insert("id".to_owned(), self.next_id().into());
        note.insert("ticketId".to_owned(), ticket);
        let note = Value::Object(note);
        self.notes.push(note.clone());
        Ok(Answer { status: StatusCode::CREATED, ..Answer::ok(note) })
    }

    /// PATCH takes an array of `{op, path, value}`; the whole record must be valid afterwards, or nothing changes.
    fn patch(&mut self, id: &str, sent: &Value) -> Result<Answer, Answer> {
        let Some(current) = by_id(&self.tickets, id).and_then(Value::as_object).cloned() else {
            return Err(Answer::not_found());
        };
        let refuse = || Answer::error(StatusCode::BAD_REQUEST, "InvalidPatch", Vec::new());
        let mut changed: Map<String, Value> = Map::new();
        for operation in sent.as_array().filter(|list| !list.is_empty()).ok_or_else(refuse)? {
            let known =
                operation.as_object().is_some_and(|o| o.keys().all(|k| ["op", "path", "value"].contains(&k.as_str())));
            let path = operation["path"].as_str().map(|path| path.trim_start_matches('/')).ok_or_else(refuse)?;
            match operation["op"].as_str() {
                Some("add" | "replace") if known => changed.insert(path.to_owned(), operation["value"].clone()),
                Some("remove") if known => changed.insert(path.to_owned(), Value::Null),
                _ => return Err(refuse()),
            };
        }
        let wrong = problems("ticket", model::TICKET, &changed);
        if !wrong.is_empty() {
            return Err(Answer::invalid(wrong));
        }
        // What was stored is the vendor's own writing; only the result is looked at.
        let mut ticket: Map<String, Value> = current.clone();
        ticket.retain(|name, _| model::TICKET.iter().any(|(field, _)| field == name));
        ticket.extend(changed);
        self.validate(&mut ticket)?;
        let mut whole = current;
        whole.extend(ticket);
        let ticket = Value::Object(whole);
        self.replace(ticket.clone());
        Ok(Answer::ok(ticket))
    }

    /// Notes of the merged tickets go to the parent; they get the status given, and name the parent.
    fn merge(&mut self, parent: &str, sent: &Value) -> Result<Answer, Answer> {
        let parent = by_id(&self.tickets, parent).cloned().ok_or_else(Answer::not_found)?;
        let refuse = |field: &str| Answer::invalid(vec![problem("InvalidMerge", "ticketMerge", field)]);
        let known = sent.as_object().is_some_and(|o| o.keys().all(|k| k == "mergeTicketIds" || k == "status"));
        let ids = sent["mergeTicketIds"].as_array().filter(|ids| known && !ids.is_empty());
        let mut merged = Vec::new();
        for id in ids.ok_or_else(|| refuse("mergeTicketIds"))? {
            let child = self.tickets.iter().find(|ticket| &ticket["id"] == id && ticket["id"] != parent["id"]);
            let child = child.filter(|child| child.get("mergedParentTicket").is_none());
            let mut child = child.and_then(Value::as_object).cloned().ok_or_else(|| refuse("mergeTicketIds"))?;
            let status =
                self.statuses.iter().find(|s| s["id"] == sent["status"]["id"] && s["boardId"] == child["board"]["id"]);
            let status = status.ok_or_else(|| refuse("status"))?;
            child.insert("status".to_owned(), reference(status));
            child.insert("closedFlag".to_owned(), status["closedStatus"].clone());
            child.insert("mergedParentTicket".to_owned(), json!({"id": parent["id"], "summary": parent["summary"]}));
            merged.push(Value::Object(child));
        }
        for child in merged {
            for note in self.notes.iter_mut().filter(|note| note["ticketId"] == child["id"]) {
                note["ticketId"] = parent["id"].clone();
            }
            self.replace(child);
        }
        let mut parent = parent;
        parent["hasMergedChildTicketFlag"] = Value::Bool(true);
        self.replace(parent);
        Ok(Answer::ok(json!({"success": true, "message": ""})))
    }

    fn replace(&mut self, ticket: Value) {
        for stored in self.tickets.iter_mut().filter(|stored| stored["id"] == ticket["id"]) {
            *stored = ticket.clone();
        }
    }

    /// Shapes, required fields, and references to records that exist and fit together; fills in what ConnectWise
    /// fills in.
    fn validate(&self, ticket: &mut Map<String, Value>) -> Result<(), Answer> {
        let mut wrong = problems("ticket", model::TICKET, ticket);
        for field in ["summary", "company"] {
            let empty = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
            if ticket.get(field).is_none_or(empty) {
                wrong.push(problem("MissingRequiredField", "ticket", field));
            }
        }
        if !wrong.is_empty() {
            return Err(Answer::invalid(wrong));
        }
        if !ticket.contains_key("board") {
            ticket.insert("board".to_owned(), self.boards.first().map(reference).unwrap_or_default());
        }
        let mut resolve = |field: &str, records: &[Value]| {
            let asked = ticket.get(field).filter(|value| !value.is_null())?.clone();
            let found = records.iter().find(|record| {
                ["id", "identifier", "name"]
                    .iter()
                    .all(|key| asked.get(*key).is_none_or(|wanted| &record[*key] == wanted))
            });
            match found {
                Some(found) => drop(ticket.insert(field.to_owned(), reference(found))),
                None => wrong.push(problem("InvalidReference", "ticket", field)),
            }
            found.cloned()
        };
        let board = resolve("board", &self.boards).unwrap_or_default();
        let statuses = of(&self.statuses, "boardId", &board["id"]);
        let status = resolve("status", &statuses).or_else(|| statuses.first().cloned()).unwrap_or_default();
        let company = resolve("company", &self.companies).unwrap_or_default();
        resolve("priority", &self.priorities);
        resolve("source", &self.sources);
        let people: Vec<Value> =
            self.contacts.iter().filter(|contact| contact["company"]["id"] == company["id"]).cloned().collect();
        resolve("contact", &people);
        ticket.insert("status".to_owned(), reference(&status));
        ticket.insert("closedFlag".to_owned(), status["closedStatus"].clone());
        if wrong.is_empty() { Ok(()) } else { Err(Answer::invalid(wrong)) }
    }
}

fn reference(record: &Value) -> Value {
    let mut reference = Map::new();
    for key in ["id", "identifier", "name"] {
        if let Some(value) = record.get(key) {
            reference.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(reference)
}

fn by_id<'r>(records: &'r [Value], id: &str) -> Option<&'r Value> {
    let id: i64 = id.parse().ok()?;
    records.iter().find(|record| record["id"] == id)
}

fn of(records: &[Value], key: &str, id: &Value) -> Vec<Value> {
    records.iter().filter(|record| &record[key] == id).cloned().collect()
}
