//! A scripted caller.

use crate::cli::CallArgs;
use nightdesk_adapters_local::phone::{Caller, PhoneNetwork};

/// Says and presses what the script holds, in order, and stays on the line until it ends.
pub(super) async fn play(_network: &PhoneNetwork, caller: &Caller, args: &CallArgs) {
    if args.hang_up_after == Some(0) {
        // Hears the greeting and hangs up.
        let _ended_first = caller.wait_listening().await;
        caller.hang_up();
    }
    for (place, text) in args.says.iter().enumerate() {
        if args.hang_up_during == Some(place + 1) {
            caller.say_and_hang_up_midway(text).await;
            break;
        }
        if caller.say(text).await.is_err() {
            break;
        }
        if args.hang_up_after == Some(place + 1) {
            caller.hang_up();
            break;
        }
    }
    for keys in &args.presses {
        if caller.press(keys).await.is_err() {
            break;
        }
    }
    caller.wait_ended().await;
}
