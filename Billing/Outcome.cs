namespace BillingCopilot.Billing;

/// <summary>
/// What came of something that can be refused for a reason a caller should act on. Exceptions stay for defects.
/// </summary>
public abstract record Outcome<T>
{
    private Outcome()
    {
    }

    /// <summary>It worked.</summary>
    public sealed record Ok(T Value) : Outcome<T>;

    /// <summary>It was refused, and nothing was done.</summary>
    public sealed record Refused(Refusal Refusal) : Outcome<T>;

    public static implicit operator Outcome<T>(T value) => new Ok(value);

    public static implicit operator Outcome<T>(Refusal refusal) => new Refused(refusal);
}

/// <summary>
/// Why something was not done, in words that are safe for a model and a user.
/// </summary>
/// <param name="Code">Machine code: Stripe's own (<c>charge_already_refunded</c>) or ours (<c>unknown_handle</c>).</param>
/// <param name="Message">What is wrong: names the field and the value's fault.</param>
/// <param name="Remedy">What to do next; null when there is nothing to add.</param>
/// <param name="RequestId">Stripe's request id (<c>req_…</c>) when Stripe refused it.</param>
public sealed record Refusal(string Code, string Message, string? Remedy = null, string? RequestId = null)
{
    public override string ToString() =>
        $"{Message}{(Remedy is null ? "" : " " + Remedy)} ({Code}{(RequestId is null ? "" : ", " + RequestId)})";
}
