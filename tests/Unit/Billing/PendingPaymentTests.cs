using BillingCopilot.Billing.Charges;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class PendingPaymentTests
{
    [Theory]
    [InlineData("processing", "sepa_debit", false, "bank debit")]
    [InlineData("processing", "customer_balance", false, "bank transfer")]
    [InlineData("requires_action", "card", false, "confirm the payment with their bank")]
    [InlineData("requires_capture", "card", false, "held on the card")]
    [InlineData("requires_payment_method", "card", true, "sent to the customer")]
    [InlineData(null, null, true, "sent to the customer")]
    public void Awaited_OfAPayment_SaysWhatFor(string? intent, string? method, bool sent, string says) =>
        PendingPayment.Awaited(intent, method, sent)!.ShouldContain(says);

    [Fact]
    public void Awaited_AfterADecline_IsNothing() => PendingPayment.Awaited("requires_payment_method", "card", false).ShouldBeNull();
}
