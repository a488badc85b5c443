//! Windows: notes. A Windows service runs as another user, who cannot read your credentials; a task at log-on can.

use super::Service;

/// How to start it with each session.
pub(super) fn install(service: &Service) -> String {
    let program = service.program.display();
    let mut notes = format!(
        "Windows keeps your keys for you alone, so Tollwatch runs as a task of yours at log-on, not as a system service.\n\
         In PowerShell:\n\
         \n\
         \x20 $do = New-ScheduledTaskAction -Execute '{program}' -Argument 'serve --service{}'\n\
         \x20 $when = New-ScheduledTaskTrigger -AtLogOn -User $env:USERNAME\n\
         \x20 $how = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries `\n\
         \x20        -ExecutionTimeLimit 0 -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)\n\
         \x20 Register-ScheduledTask -TaskName Tollwatch -Action $do -Trigger $when -Settings $how\n\
         \x20 Start-ScheduledTask -TaskName Tollwatch\n",
        service.words.iter().map(|word| format!(" {word}")).collect::<String>()
    );
    for (name, value) in &service.environment {
        notes.push_str(&format!("\nSet it for the task too: setx {name} \"{value}\""));
    }
    notes
}

/// How to see whether it runs.
pub(super) const STATUS: &str =
    "In PowerShell: Get-ScheduledTask -TaskName Tollwatch | Get-ScheduledTaskInfo";
/// How to take it away.
pub(super) const REMOVE: &str =
    "In PowerShell: Stop-ScheduledTask -TaskName Tollwatch; Unregister-ScheduledTask -TaskName Tollwatch";
