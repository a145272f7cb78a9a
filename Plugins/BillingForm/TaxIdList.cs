using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.BillingForm;

/// <summary>A customer and the tax ids that they have, as read now.</summary>
/// <param name="Complete">False where there are more than were read.</param>
internal sealed record TaxIdList(Customer Customer, IReadOnlyList<TaxId> Present, bool Complete)
{
    private const string Row = "Tax ids";

    public static async Task<Outcome<TaxIdList>> ReadAsync(StripeReaders readers, TenantContext tenant, string customerId, CancellationToken cancellationToken)
    {
        var reader = readers.For(tenant);
        return !(await reader.CustomerAsync(customerId, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await reader.TaxIdsAsync(customer.Id, cancellationToken)).TryGet(out var present, out refusal)
            ? refusal
            : new TaxIdList(customer, present.Items, present.Complete);
    }

    /// <summary>Whether a change took effect, told from what stands there now.</summary>
    /// <param name="told">How it ended; null where only a whole list could tell, which then says that it is <paramref name="otherwise"/>.</param>
    public static async Task<ExecutionResult> TellAsync(
        StripeReaders readers, TenantContext tenant, string customerId, Func<IReadOnlyList<TaxId>, ExecutionResult?> told, ExecutionResult otherwise, CancellationToken cancellationToken) =>
        !(await readers.For(tenant).TaxIdsAsync(customerId, cancellationToken)).TryGet(out var present, out var refusal)
            ? new ExecutionResult.Unknown($"The customer's tax ids could not be read. {refusal}")
            : told(present.Items) ?? (present.Complete ? otherwise : new ExecutionResult.Unknown("The customer has more tax ids than were read."));

    /// <summary>
    /// Marks the customer after the change, since a tax id bears no metadata. It is changed by then, so a failure to mark
    /// must not look like a failure to change: it is made up for later.
    /// </summary>
    public static async Task<ExecutionResult> MarkedAsync(ExecutionResult changed, string customerId, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        if (changed is not ExecutionResult.Executed done)
        {
            return BillingDetailsProjection.WithoutValues(changed);
        }

        var marked = await Attempt.WriteAsync(
            async () =>
            {
                await MarkAsync(customerId, grant, writers, cancellationToken);
                return done;
            },
            done.Summary,
            cancellationToken);
        return marked is ExecutionResult.Executed ? done : done with { Summary = $"{done.Summary} The customer could not be marked.", Unfinished = true };
    }

    public static Task MarkAsync(string customerId, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        writers.Open<StripeWriter>(grant).StampTaxIdAsync(customerId, cancellationToken);

    /// <summary>What a person checks when the outcome is in doubt.</summary>
    public static string LookAt(string customerId) => $"Look at the tax ids of customer {customerId}.";

    /// <summary>The card. Others that came or went since then make it stale.</summary>
    /// <param name="undone">How it can be taken back.</param>
    public Preview<TArguments> Preview<TArguments>(TArguments arguments, string title, string after, string undone)
        where TArguments : class => new(
        arguments,
        title,
        Customer.Ref(),
        Customer.NameOf().Value,
        Customer.Ref(),
        null,
        [new PreviewChange(Row, Said(Present), after)],
        $"{undone} Invoices that are finalized stay as they are.",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["customer"] = Customer.Id,
            ["tax_ids"] = string.Join(",", Present.Select(t => t.Id).Order(StringComparer.Ordinal)),
        });

    /// <summary>Kind and number of the one that a card took off, as <c>add_tax_id</c> takes them; null where it doesn't tell.</summary>
    public static JsonObject? Gone(IReadOnlyList<PreviewChange> changes)
    {
        if (changes.FirstOrDefault(c => c.Field == Row) is not { } row)
        {
            return null;
        }

        var left = row.After.Split(", ").ToList();
        var gone = row.Before.Split(", ").Where(said => !left.Remove(said)).ToList();
        return gone is [var one] && TaxIdKinds.All.Where(k => one.StartsWith(k.Label + " ", StringComparison.Ordinal)).MaxBy(k => k.Label.Length) is { } kind
            ? new JsonObject { ["kind"] = kind.Kind, ["number"] = one[(kind.Label.Length + 1)..] }
            : null;
    }

    public static string Said(IEnumerable<TaxId> taxIds) => Said(taxIds.Select(t => (t.Type, t.Value)));

    /// <summary><c>European VAT number DE123456789</c>, and others after it.</summary>
    public static string Said(IEnumerable<(string Kind, string Number)> taxIds) =>
        string.Join(", ", taxIds.Select(t => $"{TaxIdKinds.All.FirstOrDefault(k => k.Kind == t.Kind)?.Label ?? t.Kind} {t.Number}")) is { Length: > 0 } some ? some : "none";
}
