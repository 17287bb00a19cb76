//! Questions and events in the SDK's types.

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::converse_stream::builders::ConverseStreamFluentBuilder;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ContentBlockStart, ConversationRole, ConverseStreamOutput, InferenceConfiguration,
    Message, SpecificToolChoice, StopReason, SystemContentBlock, Tool, ToolChoice, ToolConfiguration, ToolInputSchema,
    ToolSpecification,
};
use aws_smithy_types::{Document, Number};
use nightdesk_domain::model::Prompt;
use nightdesk_ports::{DeliveryError, Heard};
use serde_json::Value;

/// The question, with its one tool that must be used. Fails only if the prompt itself is unfit.
pub(super) fn question(
    builder: ConverseStreamFluentBuilder,
    prompt: &Prompt,
) -> Result<ConverseStreamFluentBuilder, DeliveryError> {
    let unfit = |_: BuildError| DeliveryError::Refused("the question cannot be put".to_owned());
    let schema: Value = serde_json::from_str(prompt.schema)
        .map_err(|_| DeliveryError::Refused("the schema of the question is no JSON".to_owned()))?;
    let message = Message::builder()
        .role(ConversationRole::User)
        .content(ContentBlock::Text(prompt.user.reveal().to_owned()))
        .build()
        .map_err(unfit)?;
    let tool = ToolSpecification::builder()
        .name(prompt.tool)
        .description(prompt.tool_about)
        .input_schema(ToolInputSchema::Json(document(schema)))
        .build()
        .map_err(unfit)?;
    let choice = ToolChoice::Tool(SpecificToolChoice::builder().name(prompt.tool).build().map_err(unfit)?);
    let tools = ToolConfiguration::builder().tools(Tool::ToolSpec(tool)).tool_choice(choice).build().map_err(unfit)?;
    let tokens_max = i32::try_from(prompt.tokens_max).unwrap_or(i32::MAX);
    Ok(builder
        .system(SystemContentBlock::Text(prompt.system.clone()))
        .messages(message)
        .inference_config(InferenceConfiguration::builder().max_tokens(tokens_max).build())
        .tool_config(tools))
}

/// JSON in the SDK's own type for it.
fn document(value: Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(value) => Document::Bool(value),
        Value::String(text) => Document::String(text),
        Value::Array(values) => Document::Array(values.into_iter().map(document).collect()),
        Value::Object(fields) => {
            Document::Object(fields.into_iter().map(|(name, value)| (name, document(value))).collect())
        }
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
    }
}

/// An event in the words that all vendors share.
pub(super) fn heard(event: &ConverseStreamOutput) -> Vec<Heard<'_>> {
    match event {
        ConverseStreamOutput::ContentBlockStart(block) => match block.start() {
            Some(ContentBlockStart::ToolUse(tool)) => vec![Heard::Tool(tool.name())],
            _ => Vec::new(),
        },
        ConverseStreamOutput::ContentBlockDelta(block) => match block.delta() {
            Some(ContentBlockDelta::ToolUse(tool)) => vec![Heard::Input(tool.input())],
            _ => Vec::new(),
        },
        ConverseStreamOutput::MessageStop(message) => {
            // Others are limits, filters and refusals: what stands before them is not what the model wanted to say.
            let whole = matches!(message.stop_reason(), StopReason::ToolUse | StopReason::EndTurn);
            vec![Heard::Stopped { whole }]
        }
        ConverseStreamOutput::Metadata(metadata) => metadata.usage().map_or_else(Vec::new, |usage| {
            let tokens = |count: i32| u32::try_from(count).unwrap_or_default();
            vec![Heard::Read(tokens(usage.input_tokens())), Heard::Wrote(tokens(usage.output_tokens()))]
        }),
        _ => Vec::new(),
    }
}
