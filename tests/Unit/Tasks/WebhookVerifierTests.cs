using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Storage;
using FsCheck;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class WebhookVerifierTests
{
    private const string Old = "old-secret";
    private const string New = "new-secret";
    private const string Connect = "connect-secret";
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly WebhookVerifier _verifier = new(Time);

    [Theory]
    [InlineData(Old)]
    [InlineData(New)]
    [InlineData(Connect)]
    public void Verify_AnyOfTheSecrets_IsTaken(string secret) =>
        Verify(Event(), secret, Old, New, Connect).Event.ShouldNotBeNull().Account.ShouldBe("acct_1");

    [Fact]
    public void Verify_SecretThatWasRotatedAway_IsRefused() => Verify(Event(), Old, New, Connect).Event.ShouldBeNull();

    [Fact]
    public void Verify_EventOfAConnectedAccount_CarriesThatAccount() =>
        Verify(Event(account: "acct_connected"), Connect, New, Connect).Event.ShouldNotBeNull().Account.ShouldBe("acct_connected");

    [Theory]
    [InlineData("\"2019-02-11\"")]
    [InlineData("\"2099-01-01.future\"")]
    [InlineData("null")]
    public void Verify_AnyApiVersion_IsTaken(string version) => Verify(Event(version: version), New, New).Event.ShouldNotBeNull().ObjectId.ShouldBe("in_1");

    [Theory]
    [InlineData("""{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered","livemode":false,"related_object":{"id":"mtr_1"}}""", "mtr_1")]
    [InlineData("""{"id":"evt_1","object":"v2.core.event","type":"x","livemode":false,"related_object":null}""", "")]
    [InlineData("""{"id":"evt_1","type":"balance.available","livemode":false,"data":{"object":{"object":"balance"}}}""", "")]
    [InlineData("""{"id":"evt_1","type":"x","livemode":false,"data":{"object":[1]}}""", "")]
    [InlineData("""{"id":"evt_1","type":"x","livemode":false,"data":7}""", "")]
    public void Verify_EventsOfOtherShapes_AreTakenByTheirIds(string body, string objectId) =>
        Verify(body, New, New).Event.ShouldNotBeNull().ObjectId.ShouldBe(objectId);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("\"text\"")]
    [InlineData("""{"id":5,"type":"x","livemode":false}""")]
    [InlineData("""{"id":"","type":"x","livemode":false}""")]
    [InlineData("""{"id":"evt_1","type":"x","livemode":"no"}""")]
    [InlineData("""{"id":"evt_1","type":"x","livemode":true}""")]
    public void Verify_SignedNonsense_IsRefused(string body)
    {
        var (_, received, fault) = Verify(body, New, New);
        (received, fault is null).ShouldBe((null, false));
    }

    [Property(MaxTest = 300)]
    public void Verify_AnyBodyAndHeader_NeverThrowsAndForgesNothing(string? body, string? header, bool signed)
    {
        var text = body ?? "";
        var (_, received, _) = _verifier.Verify(Tenants(New), text, signed ? Sign(text, "another-secret") : header);
        received.ShouldBeNull();
    }

    [Property(MaxTest = 300)]
    public void Verify_SignedBodyOfAnyContent_NeverThrows(NonNull<string> body) => Verify(body.Get, New, New).Event.ShouldBeNull();

    private (Tenant? Tenant, VerifiedEvent? Event, string? Fault) Verify(string body, string secret, params string[] known) =>
        _verifier.Verify(Tenants(known), body, Sign(body, secret));

    private static TenantList Tenants(params string[] secrets) =>
        new([new Tenant(new TenantContext("default", "acct_1", false), new StripeSettings { WebhookSecrets = [.. secrets] }, new AuthSettings(), IsSandbox: false)]);

    private static string Event(string? account = null, string version = "null") =>
        "{\"id\":\"evt_1\",\"object\":\"event\",\"api_version\":" + version + (account is null ? "" : $",\"account\":\"{account}\"")
        + ",\"livemode\":false,\"type\":\"invoice.payment_failed\",\"data\":{\"object\":{\"id\":\"in_1\",\"renamed_in_that_version\":true}}}";

    private static string Sign(string body, string secret)
    {
        var t = Time.GetUtcNow().ToUnixTimeSeconds();
        return $"t={t},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{t}.{body}")))}";
    }
}
