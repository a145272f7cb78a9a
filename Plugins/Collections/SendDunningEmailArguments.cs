using System.ComponentModel;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Collections;

/// <summary>Arguments of <c>send_dunning_email</c>. The text and the recipient are not among them: code has both.</summary>
public sealed record SendDunningEmailArguments(
    [property: Handle(ObjectKind.Invoice), Description("Unpaid invoice.")] ObjectRef Invoice);
