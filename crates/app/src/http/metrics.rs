//! Counters and durations in Prometheus' text format.

use super::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use nightdesk_domain::ids::TenantId;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WebhookLabels {
    kind: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TenantLabel {
    tenant: String,
}

/// What is counted.
pub struct Metrics {
    registry: Registry,
    webhooks: Family<WebhookLabels, Counter>,
    webhook_seconds: Histogram,
    signature_rejections: Family<TenantLabel, Counter>,
    emergencies: Family<TenantLabel, Counter>,
    oldest_due_seconds: Gauge,
}

impl Metrics {
    /// All counters at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("nightdesk");
        let webhooks = Family::default();
        registry.register("webhooks", "Webhooks answered, by kind and status", webhooks.clone());
        let webhook_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        registry.register("webhook_seconds", "Time to answer a webhook", webhook_seconds.clone());
        let signature_rejections = Family::default();
        registry.register(
            "signature_rejections",
            "Webhooks refused for a missing or wrong signature",
            signature_rejections.clone(),
        );
        let emergencies = Family::default();
        registry.register(
            "emergency_documents",
            "Times a caller was sent to the emergency number",
            emergencies.clone(),
        );
        let oldest_due_seconds = Gauge::default();
        registry.register("oldest_due_seconds", "Age of the oldest effect that is due", oldest_due_seconds.clone());
        Self { registry, webhooks, webhook_seconds, signature_rejections, emergencies, oldest_due_seconds }
    }

    pub(super) fn webhook(&self, kind: &'static str, status: StatusCode, took: Duration) {
        self.webhooks.get_or_create(&WebhookLabels { kind, status: status.as_u16() }).inc();
        self.webhook_seconds.observe(took.as_secs_f64());
    }

    /// None for a tenant that is not served: strangers choose those names, and must not fill the memory with them.
    pub(super) fn signature_rejected(&self, served: Option<&TenantId>) {
        let tenant = served.map_or_else(|| "unknown".to_owned(), ToString::to_string);
        self.signature_rejections.get_or_create(&TenantLabel { tenant }).inc();
    }

    pub(super) fn emergency(&self, tenant: &TenantId) {
        self.emergencies.get_or_create(&TenantLabel { tenant: tenant.to_string() }).inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// `GET /metrics`.
pub(super) async fn metrics(State(state): State<AppState>) -> Response {
    let now = state.engine.ports().clock.now();
    let oldest = state.engine.ports().outbox.oldest_due(now).await.ok().flatten();
    state.metrics.oldest_due_seconds.set(oldest.map_or(0, |due| (now - due).num_seconds()));
    let mut text = String::new();
    match encode(&mut text, &state.metrics.registry) {
        Ok(()) => {
            let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, content_type)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
