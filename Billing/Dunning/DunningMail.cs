namespace BillingCopilot.Billing.Dunning;

/// <summary>Which mail fits a failed payment.</summary>
public enum DunningTemplate
{
    /// <summary>It failed, it will be tried again: nothing to do but see to the funds.</summary>
    RetryScheduled,

    /// <summary>Another card, or new details, are needed.</summary>
    UpdatePaymentMethod,

    /// <summary>The bank wants a confirmation.</summary>
    ConfirmPayment,

    /// <summary>The bank has to be asked, or another card given.</summary>
    ContactBank,

    /// <summary>No further try is planned: pay now, or service is at stake.</summary>
    LastNotice,
}

/// <summary>How a mail speaks.</summary>
public enum DunningTone
{
    /// <summary>First failure: it happens.</summary>
    Friendly,

    /// <summary>After several failures.</summary>
    Firm,

    /// <summary>Nothing further is tried.</summary>
    Final,
}

/// <summary>Chooses what to write to a customer whose payment failed.</summary>
public sealed record DunningMail(DunningTemplate Template, DunningTone Tone)
{
    /// <summary>From this failed attempt on the tone is firm.</summary>
    public const int FirmFromAttempt = 3;

    /// <param name="attempts">Failed attempts so far, at least 1.</param>
    /// <param name="nextAttempt">When it is tried again; null when never.</param>
    public static DunningMail For(Decline decline, int attempts, DateTimeOffset? nextAttempt)
    {
        ArgumentNullException.ThrowIfNull(decline);
        var retried = decline.RetryMayWork && nextAttempt is not null;
        var tone = nextAttempt is null && attempts >= FirmFromAttempt ? DunningTone.Final
            : attempts >= FirmFromAttempt ? DunningTone.Firm
            : DunningTone.Friendly;
        var template = decline.Step switch
        {
            CustomerStep.Authenticate => DunningTemplate.ConfirmPayment,
            CustomerStep.UpdatePaymentMethod => DunningTemplate.UpdatePaymentMethod,
            _ when tone == DunningTone.Final => DunningTemplate.LastNotice,
            CustomerStep.ContactBank => DunningTemplate.ContactBank,
            _ => retried ? DunningTemplate.RetryScheduled : DunningTemplate.UpdatePaymentMethod,
        };
        return new DunningMail(template, tone);
    }
}
