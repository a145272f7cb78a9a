using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Plugins.Tools;
using Stripe;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>Explains one invoice, sent or yet to come, line by line.</summary>
internal sealed class InvoiceExplainer(ToolContext context)
{
    internal const string Unnamed = "an item";
    private readonly StripeReader _reader = context.Reader;

    /// <param name="letter">Adds the text for the customer.</param>
    /// <param name="language">Of that text; null takes the customer's.</param>
    /// <param name="skip">Parts left out first.</param>
    public async Task<Outcome<InvoiceExplanationView>> ExplainAsync(Invoice invoice, bool letter, string? language, int skip, CancellationToken cancellationToken)
    {
        if (!(await EarlierAsync(invoice, cancellationToken)).TryGet(out var earlier, out var refusal)
            || !(await PreviousAsync(invoice, letter, cancellationToken)).TryGet(out var previous, out refusal)
            || !(await new InvoiceFactsReader(_reader).ReadAsync([invoice, .. previous, .. earlier.Where(e => previous.All(p => p.Id != e.Id))], cancellationToken)).TryGet(out var facts, out refusal)
            || !(await _reader.CustomerAsync(invoice.CustomerId, cancellationToken)).TryGet(out var customer, out refusal))
        {
            return refusal;
        }

        var told = facts.Select(f => Named(OutsideNames.Delimited(f))).ToList();
        var explanation = InvoiceExplanation.Of(told[0], [.. told.Skip(1).Where(f => f.SubscriptionId == told[0].SubscriptionId)]);
        var before = previous.Count > 0 ? told[1] : null;
        var locale = language is not null ? Locale.All[language] : Locale.For(customer.PreferredLocales ?? [], customer.Address?.Country);
        return View(invoice, customer, explanation, facts[0], before, letter ? locale : null, skip);
    }

    /// <summary>The invoice before: a letter compares with it, and the first of a subscription may be in a new currency. None is no fault.</summary>
    private async Task<Outcome<IReadOnlyList<Invoice>>> PreviousAsync(Invoice invoice, bool letter, CancellationToken cancellationToken)
    {
        if (invoice.Id is null || (!letter && invoice.BillingReason != "subscription_create"))
        {
            return new Outcome<IReadOnlyList<Invoice>>.Ok([]);
        }

        return (await PreviousInvoice.OfAsync(_reader, invoice, cancellationToken)).TryGet(out var previous, out var refusal) ? new Outcome<IReadOnlyList<Invoice>>.Ok([previous])
            : refusal.Code == PreviousInvoice.None ? new Outcome<IReadOnlyList<Invoice>>.Ok([])
            : refusal;
    }

    /// <summary>The next invoice of a subscription, or of the customer's only one.</summary>
    public async Task<Outcome<InvoiceExplanationView>> UpcomingAsync(string? customerId, string? subscriptionId, int skip, CancellationToken cancellationToken)
    {
        if (!(await (subscriptionId is null ? RunningAsync(customerId, cancellationToken) : _reader.SubscriptionAsync(subscriptionId, cancellationToken))).TryGet(out var subscription, out var refusal))
        {
            return refusal;
        }

        var last = ComingInvoices.Ends(subscription);
        if (last && !ComingInvoices.Comes(subscription))
        {
            return new Refusal("no_upcoming_invoice", "The subscription ends with its period, so no invoice of it is to come.");
        }

        return (await _reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id }, cancellationToken)).TryGet(out var upcoming, out var none)
            ? (await ExplainAsync(upcoming, false, null, skip, cancellationToken)).Map(view => view with
            {
                Last = last ? true : null,
                Usage = ComingInvoices.IsMetered(subscription) ? $"Only what was used so far is in it; usage until {view.Date:yyyy-MM-dd} comes on top." : null,
            })
            : none;
    }

    private async Task<Outcome<Subscription>> RunningAsync(string? customerId, CancellationToken cancellationToken)
    {
        if (customerId is null)
        {
            return ToolResult.Missing("Neither a customer nor a subscription was given.");
        }

        if (!(await _reader.SubscriptionsAsync(customerId, cancellationToken)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var running = all.Items.Where(ComingInvoices.Comes).ToList();
        return running.Count switch
        {
            1 => running[0],
            0 => new Refusal("no_upcoming_invoice", "The customer has no subscription that goes on, so no invoice is to come."),
            _ => new Refusal("several_subscriptions", $"The customer has {running.Count} subscriptions of which an invoice is to come.", "Give the subscription; get_customer_overview lists them."),
        };
    }

    private Task<Outcome<IReadOnlyList<Invoice>>> EarlierAsync(Invoice invoice, CancellationToken cancellationToken) => EarlierAsync(_reader, invoice, cancellationToken);

    /// <summary>Only prorations need them: they know the period that was paid.</summary>
    internal static async Task<Outcome<IReadOnlyList<Invoice>>> EarlierAsync(StripeReader reader, Invoice invoice, CancellationToken cancellationToken)
    {
        if (invoice.SubscriptionId() is not { } subscription || invoice.Lines?.Data.Exists(InvoiceFactsMap.IsProration) != true)
        {
            return new Outcome<IReadOnlyList<Invoice>>.Ok([]);
        }

        return (await reader.InvoicesAsync(new InvoiceListOptions { Customer = invoice.CustomerId, Subscription = subscription }, cancellationToken))
            .Map(list => (IReadOnlyList<Invoice>)[.. list.Items.Where(i => i.Id != invoice.Id && i.Created <= invoice.Created).Take(12)]);
    }

    /// <summary>What somebody wrote into a line's description is shown apart, never as our own words.</summary>
    internal static InvoiceFacts Named(InvoiceFacts facts) =>
        facts with { Lines = [.. facts.Lines.Select(l => l.ProductId is null || l.Name == l.Description ? l with { Name = Unnamed } : l)] };

    /// <summary>Lines by what was sold: a letter of ours repeats nobody's description.</summary>
    private static InvoiceFacts Plain(InvoiceFacts facts) => facts with { Lines = [.. facts.Lines.Select(l => l with { Description = l.Name })] };

    private InvoiceExplanationView View(Invoice invoice, Customer customer, InvoiceExplanation explanation, InvoiceFacts facts, InvoiceFacts? before, Locale? locale, int skip)
    {
        var comparison = before is not null && InvoiceComparison.Compare(Plain(before), Plain(explanation.Invoice)).TryGet(out var compared, out _) ? compared : null;
        Money? other = before is not null && before.Currency != invoice.Currency ? new Money(before.Total, before.Currency) : null;
        var described = facts.Lines.ToDictionary(l => l.Id, l => l.Description, StringComparer.Ordinal);
        var agent = new InvoiceWords(Locale.English, context.Tenant.Day);
        var upcoming = invoice.Id is null || invoice.Id.StartsWith("upcoming_", StringComparison.Ordinal);
        List<ExplainedPart> all = [.. explanation.Parts, .. explanation.DueParts];
        var (shown, rest) = Page.Of(all, skip, InvoiceView.MostLines);
        return new InvoiceExplanationView(
            upcoming ? null : invoice.Ref(),
            invoice.Number,
            customer.Ref(),
            customer.NameOf(),
            upcoming ? "upcoming" : invoice.Status,
            InvoiceRow.DateOf(invoice, context.Tenant),
            invoice.Money(invoice.Total),
            invoice.AmountDue == invoice.Total ? null : invoice.Money(invoice.AmountDue),
            [
                .. shown.Select(p => new PartView(
                    JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Kind.ToString()),
                    p.Amount,
                    agent.Part(p, Voice.Agent),
                    p.Subject == Unnamed ? new UntrustedText(described[p.LineIds[0]]) : null)),
            ],
            rest is null ? null : new LeftOutParts(all.Count - shown.Count, invoice.Money(all.Sum(p => p.Amount.AmountMinor) - shown.Sum(p => p.Amount.AmountMinor))),
            rest,
            other is { } was ? agent.OtherCurrency(invoice.Currency, was) : null,
            locale?.Code,
            locale is null ? null : new InvoiceWords(locale, context.Tenant.Day).Letter(explanation, comparison, invoice.Number, Dates.Instant(invoice.StatusTransitions?.FinalizedAt ?? invoice.Created), other, skip, InvoiceView.MostLines),
            context.Tenant.TimeZone == "UTC" ? null : context.Tenant.TimeZone);
    }
}
