using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Invoices.Summaries;

/// <summary>Arguments of <c>write_invoice_summary</c>. The text is not among them: code has it.</summary>
public sealed record WriteInvoiceSummaryArguments(
    [property: Handle(ObjectKind.Invoice), Description("Draft invoice.")] ObjectRef Invoice,
    [property: Description("memo (default), footer or lines.")] string Place = WriteInvoiceSummary.Memo);

/// <summary>Writes a plain-language summary onto a draft invoice: as its memo, its footer, or the words of its lines.</summary>
public sealed class WriteInvoiceSummary(StripeReaders readers) : IOperation<WriteInvoiceSummaryArguments>
{
    internal const string Memo = "memo";
    internal const string Footer = "footer";
    internal const string Lines = "lines";
    private const int MostLines = 30;
    private const int MostShown = 500;

    public static OperationDescriptor Descriptor { get; } = new(
        "write_invoice_summary",
        "Proposes to write a plain summary onto a draft invoice. Code has the words.",
        typeof(WriteInvoiceSummaryArguments),
        Risk.Reversible) { FarSideReplays = true, Stamps = "the invoice" };

    public async Task<Outcome<Preview<WriteInvoiceSummaryArguments>>> PreviewAsync(WriteInvoiceSummaryArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return (await WritingAsync(arguments, tenant, cancellationToken)).Map(w => new Preview<WriteInvoiceSummaryArguments>(
            arguments,
            $"Write a summary into the {arguments.Place} of the draft invoice over {w.Summary.Invoice.Money(w.Summary.Invoice.Total).ToDisplayText()}",
            w.Summary.Customer.Ref(),
            w.Summary.Customer.NameOf().Value,
            w.Summary.Invoice.Ref(),
            null,
            w.Changes,
            "Can be changed again until the invoice is finalized.",
            w.Declared));
    }

    public async Task<ExecutionResult> ExecuteAsync(WriteInvoiceSummaryArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        if (!(await readers.For(tenant).InvoiceAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var before, out var refusal))
        {
            return new ExecutionResult.Failed(refusal);
        }

        if (Stamps.Bears(before.Metadata, grant))
        {
            return Done(before);
        }

        if (!(await WritingAsync(arguments, tenant, cancellationToken)).TryGet(out var writing, out refusal))
        {
            return new ExecutionResult.Failed(refusal);
        }

        if (grant.RefuseUnless(writing.Declared) is { } differs)
        {
            return new ExecutionResult.Failed(differs);
        }

        var writer = writers.Open<StripeWriter>(grant);
        return await Attempt.WriteAsync(
            async () => Done(arguments.Place == Lines
                ? await writer.UpdateInvoiceLinesAsync(before.Id, writing.Texts, cancellationToken)
                : await writer.UpdateInvoiceAsync(before.Id, writing.Options(arguments.Place), cancellationToken)),
            $"Look whether the draft {before.Id} bears the summary.",
            cancellationToken);
    }

    /// <summary>The words and the mark come in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(WriteInvoiceSummaryArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return !(await readers.For(tenant).InvoiceAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var invoice, out var refusal)
            ? new ExecutionResult.Unknown($"The invoice could not be read. {refusal}")
            : Stamps.Tell(invoice.Metadata, grant, null, () => Done(invoice));
    }

    private static ExecutionResult.Executed Done(Invoice invoice) => new(invoice.Id, "The draft bears the summary.", invoice.StripeResponse?.RequestId);

    private async Task<Outcome<Writing>> WritingAsync(WriteInvoiceSummaryArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        if (arguments.Place is not (Memo or Footer or Lines))
        {
            return new Refusal("unknown_place", $"place: '{PlainText.Clean(arguments.Place, 40)}' is no place of an invoice.", $"Use {Memo}, {Footer} or {Lines}.");
        }

        if (!(await InvoiceSummary.ReadAsync(readers.For(tenant), tenant, arguments.Invoice.Id, cancellationToken)).TryGet(out var summary, out var refusal))
        {
            return refusal;
        }

        return Unfit(summary, arguments.Place) is { } unfit ? unfit : Writing.Of(summary, arguments.Place);
    }

    private static Refusal? Unfit(InvoiceSummary summary, string place) => summary switch
    {
        { Invoice.Status: not "draft" } => new("invoice_not_draft", $"The invoice is {summary.Invoice.Status}: its words can be changed only while it is a draft.", "Mail the summary with send_invoice_summary."),
        { Lines.Count: 0 } when place == Lines => new("no_lines_to_word", "None of its lines can be worded by itself.", $"Use {Memo}."),
        { Lines.Count: > MostLines } when place == Lines => new("too_many_lines", $"It has {summary.Lines.Count} lines, and {MostLines} is the most that a person can check.", $"Use {Memo}."),
        _ => null,
    };

    /// <summary>What would be written, and what is there now.</summary>
    private sealed record Writing(InvoiceSummary Summary, IReadOnlyDictionary<string, string> Texts, IReadOnlyList<PreviewChange> Changes, IReadOnlyDictionary<string, string> Declared)
    {
        public static Writing Of(InvoiceSummary summary, string place)
        {
            var invoice = summary.Invoice;
            var texts = place == Lines ? summary.Lines : new Dictionary<string, string>(StringComparer.Ordinal) { [place] = summary.Paragraph };
            var rows = texts.Select(t => (Field: place switch { Lines => "Line", Footer => "Footer", _ => "Memo" }, Before: Now(invoice, place, t.Key), After: t.Value)).ToList();
            return new Writing(
                summary,
                texts,
                [.. rows.Select(r => new PreviewChange(r.Field, Shown(r.Before), r.After))],
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["status"] = invoice.Status,
                    ["total"] = invoice.Money(invoice.Total).ToString(),
                    ["customer"] = invoice.CustomerId,
                    ["before"] = InvoiceSummary.Digest(string.Join('\n', rows.Select(r => r.Before))),
                    ["text"] = InvoiceSummary.Digest(string.Join('\n', texts.Select(t => $"{t.Key}={t.Value}"))),
                });
        }

        public InvoiceUpdateOptions Options(string place) => place == Footer
            ? new InvoiceUpdateOptions { Footer = Texts[Footer] }
            : new InvoiceUpdateOptions { Description = Texts[Memo] };

        private static string Shown(string before) => PlainText.Clean(before, int.MaxValue) is { Length: > MostShown } whole
            ? $"{PlainText.Clean(whole, MostShown)} […cut: {whole.Length} characters in all]"
            : PlainText.Clean(before, MostShown);

        private static string Now(Invoice invoice, string place, string key) => place switch
        {
            Lines => invoice.Lines.Data.First(l => l.Id == key).Description ?? "",
            Footer => invoice.Footer ?? "",
            _ => invoice.Description ?? "",
        };
    }
}
