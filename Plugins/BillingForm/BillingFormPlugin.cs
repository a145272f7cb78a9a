using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Plugins.BillingForm;

/// <summary>Offers the person the form beside the answer. What stands on it and what they fill in comes past here.</summary>
public sealed class BillingFormPlugin(ToolContext context)
{
    /// <summary>Name of the tool, by which a page finds that an answer offers the form.</summary>
    public const string Tool = "open_billing_form";

    [KernelFunction(Tool), ToolEffect(ToolEffect.Read)]
    [Description("Opens a form beside your answer on which the person fills in name, mail address, phone, address and tax id of a customer.")]
    public async Task<object> OpenAsync([Handle(ObjectKind.Customer), Description("Handle such as cus1, from find_customer")] string customer, CancellationToken cancellationToken) =>
        ToolResult.Of((await context.Reader.CustomerAsync(customer, cancellationToken)).Map(found => new BillingFormOffer(found.Ref(), found.NameOf(), "the form is open beside your answer in the web console, nowhere else; what is filled in waits for another person's approval")));
}

/// <summary>That a form is offered; nothing of what stands on it.</summary>
public sealed record BillingFormOffer(ObjectRef Customer, UntrustedText CustomerName, string Status);
