using BillingCopilot.Sandbox;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Uploads, as Stripe.net sends them.</summary>
public sealed class FileTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("sandbox-").FullName;

    [Fact]
    public async Task Upload_IsThereAfterARestart_AndARepetitionIsTheSame()
    {
        byte[] content = [.. Enumerable.Range(0, 70_000).Select(i => (byte)i)];
        string id;
        await using (var first = await SandboxFixture.StartAsync(_data))
        {
            var made = await UploadAsync(first, content, "key_1");
            (made.Purpose, made.Filename, made.Type, made.Size).ShouldBe(("dispute_evidence", "evidence.pdf", "pdf", 70_000));
            id = made.Id;
        }

        await using var second = await SandboxFixture.StartAsync(_data);
        (await UploadAsync(second, content, "key_1")).Id.ShouldBe(id);
        (await second.Admin.V1.Files.ListAsync(new FileListOptions { Purpose = "dispute_evidence" })).Data.Single().Id.ShouldBe(id);
        (await ReadAsync(second, id)).ShouldBe(content);
        content[5]++;
        (await Should.ThrowAsync<StripeException>(() => UploadAsync(second, content, "key_1"))).StripeError.Type.ShouldBe("idempotency_error");
    }

    [Theory]
    [InlineData("text/html", "dispute_evidence")]
    [InlineData("application/pdf", "holiday_snaps")]
    public async Task Upload_OfTheWrongKind_IsRefused(string type, string purpose)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refused = await Should.ThrowAsync<StripeException>(() => UploadAsync(sandbox, [1], "key_1", type, purpose));
        refused.HttpStatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Evidence_NamingNoUpload_IsRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(10_000, card: "pm_card_createDispute");
        var id = (await sandbox.Admin.V1.Disputes.ListAsync()).Data.Single().Id;

        var refused = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Disputes.UpdateAsync(id, new DisputeUpdateOptions { Evidence = new() { UncategorizedFile = "file_1Missing" } }));

        refused.StripeError.Param.ShouldBe("evidence[uncategorized_file]");
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static async Task<Stripe.File> UploadAsync(SandboxFixture sandbox, byte[] content, string key, string type = "application/pdf", string purpose = "dispute_evidence")
    {
        using var stream = new MemoryStream(content);
        return await sandbox.Client(SandboxKeys.Write).V1.Files.CreateAsync(
            new FileCreateOptions { File = new MultipartFileContent { Data = stream, Name = "evidence.pdf", Type = type }, Purpose = purpose },
            new RequestOptions { IdempotencyKey = key });
    }

    private static async Task<byte[]> ReadAsync(SandboxFixture sandbox, string id)
    {
        using var http = new HttpClient { BaseAddress = sandbox.Server.BaseAddress };
        return await http.GetByteArrayAsync(new Uri($"_sandbox/files/{id}", UriKind.Relative));
    }
}
