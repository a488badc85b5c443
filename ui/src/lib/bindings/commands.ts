// Generated from src-tauri/src/api by the test `bindings`. Do not edit.
import type { AccountAlerts } from "./AccountAlerts";
import type { AccountChange } from "./AccountChange";
import type { AccountDraft } from "./AccountDraft";
import type { AccountForm } from "./AccountForm";
import type { AccountPage } from "./AccountPage";
import type { AccountRequest } from "./AccountRequest";
import type { AccountView } from "./AccountView";
import type { AddEntryRequest } from "./AddEntryRequest";
import type { AlertPage } from "./AlertPage";
import type { AlertSettings } from "./AlertSettings";
import type { AwayRequest } from "./AwayRequest";
import type { BacktestRequest } from "./BacktestRequest";
import type { BacktestView } from "./BacktestView";
import type { ChannelRequest } from "./ChannelRequest";
import type { ChannelsPage } from "./ChannelsPage";
import type { ChartRequest } from "./ChartRequest";
import type { ChartView } from "./ChartView";
import type { ConnectorView } from "./ConnectorView";
import type { CostsRequest } from "./CostsRequest";
import type { CostsView } from "./CostsView";
import type { DiagnoseRequest } from "./DiagnoseRequest";
import type { EpisodeChartRequest } from "./EpisodeChartRequest";
import type { EpisodePage } from "./EpisodePage";
import type { EpisodeRequest } from "./EpisodeRequest";
import type { EpisodeView } from "./EpisodeView";
import type { EpisodesRequest } from "./EpisodesRequest";
import type { ExplainRequest } from "./ExplainRequest";
import type { ExplainView } from "./ExplainView";
import type { FormRequest } from "./FormRequest";
import type { FoundKeys } from "./FoundKeys";
import type { LanguageRequest } from "./LanguageRequest";
import type { LedgerRequest } from "./LedgerRequest";
import type { LedgerView } from "./LedgerView";
import type { Nothing } from "./Nothing";
import type { Overview } from "./Overview";
import type { PauseRequest } from "./PauseRequest";
import type { PictureFile } from "./PictureFile";
import type { PictureRequest } from "./PictureRequest";
import type { PollRequest } from "./PollRequest";
import type { RawRequest } from "./RawRequest";
import type { RawView } from "./RawView";
import type { ReachView } from "./ReachView";
import type { RemoveEntryRequest } from "./RemoveEntryRequest";
import type { RemoveRequest } from "./RemoveRequest";
import type { ReplayRequest } from "./ReplayRequest";
import type { ReplayView } from "./ReplayView";
import type { ReportRequest } from "./ReportRequest";
import type { ReportView } from "./ReportView";
import type { RetryRequest } from "./RetryRequest";
import type { RhythmRequest } from "./RhythmRequest";
import type { RhythmView } from "./RhythmView";
import type { SecretRequest } from "./SecretRequest";
import type { Settings } from "./Settings";
import type { SnoozeRequest } from "./SnoozeRequest";
import type { StatusView } from "./StatusView";
import type { SwitchRequest } from "./SwitchRequest";
import type { TestView } from "./TestView";
import type { WhatIfRequest } from "./WhatIfRequest";
import type { WhatIfView } from "./WhatIfView";

export type Commands = {
  /** The first screen: the next wall, accounts, live episodes, spend. */
  overview: { request: Nothing; response: Overview };
  /** One account's page. */
  account: { request: AccountRequest; response: AccountPage };
  /** A chart of one meter. */
  chart: { request: ChartRequest; response: ChartView };
  /** What an account's money went on, by model, key, project or user. */
  costs: { request: CostsRequest; response: CostsView };
  /** A chart as an SVG or PNG file, with title and legend. */
  picture: { request: PictureRequest; response: PictureFile };
  /** What an account's last poll was answered, without secrets. */
  raw_answers: { request: RawRequest; response: RawView };
  /** Every connector, for the picker. */
  connectors: { request: Nothing; response: Array<ConnectorView> };
  /** Keys that the environment holds and no account uses; names only, never values. */
  found_keys: { request: Nothing; response: Array<FoundKeys> };
  /** Polls a draft once; stores nothing. */
  test_account: { request: AccountDraft; response: TestView };
  /** Stores a draft's secrets in the keychain and the account in the config, and starts polling it. */
  add_account: { request: AccountDraft; response: AccountView };
  /** What may be changed of an account, as it is. */
  account_form: { request: FormRequest; response: AccountForm };
  /** Polls an account once as it would be after a change; stores nothing. */
  test_change: { request: AccountChange; response: TestView };
  /** Changes an account's name, address, options, pace, budget and top-up; its keys stay. */
  update_account: { request: AccountChange; response: AccountView };
  /** Removes an account and its secrets; its history too, unless it is to be kept. */
  remove_account: { request: RemoveRequest; response: null };
  /** Stores a further secret of an account, or another in place of one. */
  set_secret: { request: SecretRequest; response: null };
  /** Stops or resumes polling an account. */
  pause_account: { request: PauseRequest; response: null };
  /** An account's ledger: what was typed in, and what is left by it. */
  ledger: { request: LedgerRequest; response: LedgerView };
  /** Adds an entry to an account's ledger. */
  add_ledger_entry: { request: AddEntryRequest; response: LedgerView };
  /** Takes an entry out of an account's ledger, if it still says what it did. */
  remove_ledger_entry: { request: RemoveEntryRequest; response: LedgerView };
  /** Polls one account, or all, at once. */
  poll_now: { request: PollRequest; response: null };
  /** Episodes of the last days, newest first. */
  episodes: { request: EpisodesRequest; response: Array<EpisodeView> };
  /** One episode: what was told when, from which figures, and what came of it. */
  episode: { request: EpisodeRequest; response: EpisodePage };
  /** The meter up to one of an episode's notices, with what was forecast then. */
  episode_chart: { request: EpisodeChartRequest; response: ChartView };
  /** How good the forecasts and warnings were. */
  backtest: { request: BacktestRequest; response: BacktestView };
  /** Marks an episode as seen: no repeats; it may still escalate. */
  acknowledge: { request: EpisodeRequest; response: null };
  /** Keeps an episode quiet for some hours. */
  snooze: { request: SnoozeRequest; response: null };
  /** Why an answer was a refusal, from what was pasted. */
  explain: { request: ExplainRequest; response: ExplainView };
  /** Why an account was refused, from a stored refusal and all that is known. */
  diagnose: { request: DiagnoseRequest; response: ExplainView };
  /** What a planned batch, another price or an absence would do to an account's walls. */
  what_if: { request: WhatIfRequest; response: WhatIfView };
  /** The user's calendar. */
  rhythm: { request: Nothing; response: RhythmView };
  /** Changes it, all but the absence. */
  set_rhythm: { request: RhythmRequest; response: RhythmView };
  /** Away until then, or back. */
  set_away: { request: AwayRequest; response: RhythmView };
  /** What the rules, at some sensitivity, would have told over the stored history. */
  replay: { request: ReplayRequest; response: ReplayView };
  /** The settings page. */
  settings: { request: Nothing; response: Settings };
  /** Switches native notifications. */
  set_notifications: { request: SwitchRequest; response: null };
  /** Chooses the language of the window and of notices. */
  set_language: { request: LanguageRequest; response: null };
  /** A month on paper: spend per account, model and key, walls hit and avoided. */
  report: { request: ReportRequest; response: ReportView };
  /** When to tell, for all accounts and for single ones. */
  alert_settings: { request: Nothing; response: AlertPage };
  /** Changes when to tell, for all accounts. */
  set_alert_settings: { request: AlertSettings; response: null };
  /** Changes what is set for one account's alerts. */
  set_account_alerts: { request: AccountAlerts; response: null };
  /** The channels beside the desktop, and what was sent last. */
  channels: { request: Nothing; response: ChannelsPage };
  /** Sends a marked test message through a channel. */
  test_channel: { request: ChannelRequest; response: StatusView };
  /** Tries at once what waits for a channel, or for all. */
  retry_deliveries: { request: RetryRequest; response: null };
  /** Sends a test notification. */
  test_notification: { request: Nothing; response: StatusView };
  /** Whether a test notification was seen, and on which platform this is. */
  reach: { request: Nothing; response: ReachView };
  /** Remembers that the user saw a test notification. */
  notification_seen: { request: Nothing; response: null };
  /** Starts with the session, or not. */
  set_autostart: { request: SwitchRequest; response: null };
  /** Starts the built-in simulator and shows it. */
  start_demo: { request: Nothing; response: null };
  /** Stops the simulator and forgets its history. */
  stop_demo: { request: Nothing; response: null };
};
