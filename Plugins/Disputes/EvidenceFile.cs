namespace BillingCopilot.Plugins.Disputes;

/// <summary>A PDF that goes along with an answer.</summary>
/// <param name="Field">Of Stripe's evidence: <c>uncategorized_file</c> or <c>customer_communication</c>.</param>
internal sealed record EvidenceFile(string Field, string Name, byte[] Pdf);
