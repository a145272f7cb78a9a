using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.BillingForm;
using Microsoft.AspNetCore.Components;

namespace BillingCopilot.Bot.WebConsole.Chat;

/// <summary>The form for a customer's billing details, beside the answer that offers it.</summary>
public sealed partial class BillingFormPanel
{
    private List<Field> _fields = [];
    private BillingFormView? _form;
    private IReadOnlyList<ProposalView>? _made;
    private Refusal? _refusal;
    private string? _remove;
    private string _kind = "";
    private string _taxId = "";
    private string _reason = "";
    private bool _busy;

    /// <summary>Id of the customer.</summary>
    [Parameter]
    [EditorRequired]
    public required string Customer { get; set; }

    /// <summary>Where the person hears how it ended.</summary>
    [Parameter]
    [EditorRequired]
    public required string ConversationId { get; set; }

    [Parameter]
    [EditorRequired]
    public required ConsoleUser User { get; set; }

    [Parameter]
    public EventCallback<string> OnShowProposal { get; set; }

    private Task OpenAsync() => TryAsync(async () =>
    {
        if ((await Backend.OpenBillingFormAsync(User, Customer, CancellationToken.None)).TryGet(out var form, out var refusal))
        {
            _form = form;
            _fields = [.. form.Details.Fields.Select(f => new Field(f.Field, f.Label, f.Value ?? ""))];
        }

        _refusal = refusal;
    });

    private Task FillAsync() => TryAsync(async () =>
    {
        var filled = new BillingFormFilled(_form!.Form, Customer, Changed(), _taxId.Trim().Length > 0 ? _kind : null, _taxId.Trim(), _remove, _reason.Trim());
        if ((await Backend.FillBillingFormAsync(User, filled, ConversationId, CancellationToken.None)).TryGet(out var made, out var refusal))
        {
            _made = made;
        }

        _refusal = refusal;
    });

    private void Close() => (_form, _refusal, _remove) = (null, null, null);

    /// <summary>What differs from what stood there when the form was opened; nothing else is sent.</summary>
    private BillingDetails Changed()
    {
        string? Of(string name) => _fields.Single(f => f.Name == name) is var field && field.Text.Trim() != field.Before ? field.Text.Trim() : null;
        return new BillingDetails(Of("name"), Of("email"), Of("phone"), Of("line1"), Of("line2"), Of("city"), Of("state"), Of("postal_code"), Of("country"));
    }

    private async Task TryAsync(Func<Task> act)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            await act();
        }
#pragma warning disable CA1031 // The person must learn that the outcome is not known.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(Log, fault);
            _refusal = new Refusal("internal_error", "It is not known whether this was recorded.", "Look at the list of proposals, then try again.");
        }
        finally
        {
            _busy = false;
        }
    }

    [LoggerMessage(6004, LogLevel.Error, "The form for billing details broke off")]
    private static partial void LogFault(ILogger logger, Exception fault);

    private sealed class Field(string name, string label, string before)
    {
        public string Name { get; } = name;

        public string Label { get; } = label;

        public string Before { get; } = before;

        public string Text { get; set; } = before;
    }
}
