namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>One line of a bank statement.</summary>
/// <param name="At">Unix seconds of the booking day.</param>
/// <param name="Value">Unix seconds of the value day.</param>
/// <param name="Amount">Minor units; negative for money that left.</param>
/// <param name="Text">What the bank prints.</param>
/// <param name="Reference">The sender's reference; empty when the bank dropped it.</param>
internal sealed record StatementLine(long At, long Value, long Amount, string Text, string Reference);
