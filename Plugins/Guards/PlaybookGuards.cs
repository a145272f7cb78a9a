using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Guards;

/// <summary>
/// Named conditions under which a playbook acts. The object is read anew: an event may be late, and what it says
/// may no longer be so.
/// </summary>
public sealed class PlaybookGuards(StripeReaders readers)
{
    /// <summary>Whether the condition holds for the object now. Throws when Stripe does not answer, so that the task is tried again.</summary>
    public async Task<bool> HoldsAsync(string guard, TenantContext tenant, string agent, ObjectRef subject, CancellationToken cancellationToken)
    {
        var reader = readers.For(new ToolScope(tenant, agent));
        return guard switch
        {
            "invoice_open" => Value(await reader.InvoiceAsync(subject.Id, cancellationToken)).Status == "open",
            "invoice_unpaid" => Value(await reader.InvoiceAsync(subject.Id, cancellationToken)) is { AmountRemaining: > 0, Status: "open" or "uncollectible" },
            "customer_not_deleted" => await CustomerIsThereAsync(reader, subject, cancellationToken),
            _ => throw new InvalidOperationException($"Guard '{guard}' is not known."),
        };
    }

    private static async Task<bool> CustomerIsThereAsync(StripeReader reader, ObjectRef subject, CancellationToken cancellationToken)
    {
        var customer = subject.Kind == ObjectKind.Customer ? subject.Id : Value(await reader.InvoiceAsync(subject.Id, cancellationToken)).CustomerId;
        return await reader.CustomerAsync(customer, cancellationToken) switch
        {
            Outcome<Stripe.Customer>.Ok => true,
            Outcome<Stripe.Customer>.Refused { Refusal.Code: "customer_deleted" or "resource_missing" } => false,
            Outcome<Stripe.Customer>.Refused { Refusal: var refusal } => throw new GuardReadException(refusal),
            _ => false,
        };
    }

    private static T Value<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Ok ok => ok.Value,
        Outcome<T>.Refused { Refusal: var refusal } => throw new GuardReadException(refusal),
        _ => throw new InvalidOperationException("An outcome is either ok or refused."),
    };
}

/// <summary>The object of an event could not be read; the task is tried again.</summary>
public sealed class GuardReadException(Refusal refusal) : Exception(refusal.ToString());
